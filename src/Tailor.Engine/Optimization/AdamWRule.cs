using System.Numerics;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// AdamW's arithmetic, operation for operation PyTorch's (torch/optim/adam.py, _single_tensor_adam), so that both give the same rounding but for the clip factor.
/// </summary>
/// <remarks>Vector{T} is 256 bits where there are 512: the sweep waits for memory, and for divisions and roots that 512 bits do not make faster.</remarks>
internal sealed unsafe class AdamWRule : UpdateRule
{
    private readonly float _gradientFactor;
    private readonly float _keep;
    private readonly float _l2;
    private readonly float _firstWeight;
    private readonly float _beta2;
    private readonly float _secondWeight;
    private readonly float _correction;
    private readonly float _epsilon;
    private readonly float _rate;

    public AdamWRule(AdamW optimizer, double learningRate, double weightDecay, double gradientFactor, long step)
    {
        _gradientFactor = (float)gradientFactor;
        _keep = optimizer.Decoupled ? (float)(1 - (learningRate * weightDecay)) : 1;
        _l2 = optimizer.Decoupled ? 0 : (float)weightDecay;
        _firstWeight = (float)(1 - optimizer.Beta1);
        _beta2 = (float)optimizer.Beta2;
        _secondWeight = (float)(1 - optimizer.Beta2);
        _correction = (float)Math.Sqrt(1 - Math.Pow(optimizer.Beta2, step));
        _epsilon = (float)optimizer.Epsilon;
        _rate = (float)(-learningRate / (1 - Math.Pow(optimizer.Beta1, step)));
    }

    public override void Apply(float* value, float* gradient, float* first, float* second, long count)
    {
        long i = 0;
        var gradientFactor = new Vector<float>(_gradientFactor);
        var keep = new Vector<float>(_keep);
        var l2 = new Vector<float>(_l2);
        var firstWeight = new Vector<float>(_firstWeight);
        var beta2 = new Vector<float>(_beta2);
        var secondWeight = new Vector<float>(_secondWeight);
        var correction = new Vector<float>(_correction);
        var epsilon = new Vector<float>(_epsilon);
        var rate = new Vector<float>(_rate);
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var p = Vector.Load(value + i) * keep;
            var g = (Vector.Load(gradient + i) * gradientFactor) + (l2 * p);
            var m = Vector.Load(first + i);
            m += firstWeight * (g - m);
            var v = (Vector.Load(second + i) * beta2) + (secondWeight * g * g);
            p += rate * m / ((Vector.SquareRoot(v) / correction) + epsilon);
            m.Store(first + i);
            v.Store(second + i);
            p.Store(value + i);
        }

        for (; i < count; i++)
        {
            float p = value[i] * _keep;
            float g = (gradient[i] * _gradientFactor) + (_l2 * p);
            float m = first[i];
            m += _firstWeight * (g - m);
            float v = (second[i] * _beta2) + (_secondWeight * g * g);
            p += _rate * m / ((MathF.Sqrt(v) / _correction) + _epsilon);
            first[i] = m;
            second[i] = v;
            value[i] = p;
        }
    }

    public override void Apply(Tensor value, Tensor gradient, IReadOnlyList<Tensor> moments)
    {
        gradient.mul_(LastingScalar.Of(_gradientFactor));
        if (_keep != 1)
        {
            value.mul_(LastingScalar.Of(_keep));
        }

        if (_l2 != 0)
        {
            gradient.add_(value, alpha: LastingScalar.Of(_l2));
        }

        moments[0].lerp_(gradient, _firstWeight);
        moments[1].mul_(LastingScalar.Of(_beta2)).addcmul_(gradient, gradient, LastingScalar.Of(_secondWeight));
        using var denominator = moments[1].sqrt();
        denominator.div_(LastingScalar.Of(_correction)).add_(LastingScalar.Of(_epsilon), LastingScalar.One);
        value.addcdiv_(moments[0], denominator, LastingScalar.Of(_rate));
    }
}
