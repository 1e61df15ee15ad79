using System.Numerics;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>The arithmetic of gradient descent, operation for operation PyTorch's (torch/optim/sgd.py, _single_tensor_sgd) without dampening.</summary>
internal sealed unsafe class SgdRule(Sgd optimizer, double learningRate, double weightDecay, double gradientFactor) : UpdateRule
{
    private readonly float _gradientFactor = (float)gradientFactor;
    private readonly float _l2 = (float)weightDecay;
    private readonly float _momentum = (float)optimizer.Momentum;
    private readonly bool _nesterov = optimizer.Nesterov;
    private readonly float _rate = (float)-learningRate;

    public override void Apply(float* value, float* gradient, float* first, float* second, long count)
    {
        long i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var p = Vector.Load(value + i);
            var g = (Vector.Load(gradient + i) * _gradientFactor) + (_l2 * p);
            if (first != null)
            {
                var m = (Vector.Load(first + i) * _momentum) + g;
                m.Store(first + i);
                g = _nesterov ? g + (_momentum * m) : m;
            }

            (p + (_rate * g)).Store(value + i);
        }

        for (; i < count; i++)
        {
            float g = (gradient[i] * _gradientFactor) + (_l2 * value[i]);
            if (first != null)
            {
                float m = (first[i] * _momentum) + g;
                first[i] = m;
                g = _nesterov ? g + (_momentum * m) : m;
            }

            value[i] += _rate * g;
        }
    }

    public override void Apply(Tensor value, Tensor gradient, IReadOnlyList<Tensor> moments)
    {
        gradient.mul_(LastingScalar.Of(_gradientFactor));
        if (_l2 != 0)
        {
            gradient.add_(value, alpha: LastingScalar.Of(_l2));
        }

        if (moments.Count > 0)
        {
            moments[0].mul_(LastingScalar.Of(_momentum)).add_(gradient, LastingScalar.One);
        }

        if (moments.Count > 0 && _nesterov)
        {
            gradient.add_(moments[0], alpha: LastingScalar.Of(_momentum));
        }

        value.add_(moments.Count > 0 && !_nesterov ? moments[0] : gradient, alpha: LastingScalar.Of(_rate));
    }
}
