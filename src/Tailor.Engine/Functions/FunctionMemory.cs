using System.Collections;
using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// Gives back what a custom autograd function holds as soon as its backward pass is over. TorchSharp 0.107 would hold all of it until the step's end: what was saved (until the graph's nodes are deleted),
/// the gradients that come in and go out (until the dispose scope ends), and for each output a tensor of the same size that only serves to remember its shape.
/// </summary>
internal sealed class FunctionMemory : IDisposable
{
    private const string SavedKey = "saved tensors";
    private static readonly FieldInfo? NodeOfContext = typeof(autograd.AutogradContext).GetField("_node", BindingFlags.Instance | BindingFlags.NonPublic);

    [ThreadStatic]
    private static autograd.AutogradContext? s_context;

    [ThreadStatic]
    private static List<Tensor>? s_returned;

    private readonly Tensor _gradient;

    private FunctionMemory(Tensor[] saved, Tensor gradient) => (Saved, _gradient) = (saved, gradient);

    /// <summary>The tensors given to <see cref="Save"/>, without their graph.</summary>
    public Tensor[] Saved { get; }

    /// <summary>In a forward pass: saves tensors for one backward pass. They outlive the dispose scope that the forward pass runs in.</summary>
    public static void Save(autograd.AutogradContext context, params ReadOnlySpan<Tensor> tensors)
    {
        var saved = new Tensor[tensors.Length];
        for (int i = 0; i < saved.Length; i++)
        {
            saved[i] = tensors[i].detach().DetachFromDisposeScope();
        }

        context.save_data(SavedKey, saved);
        s_context = context;
    }

    /// <summary>After a function that saved something was applied: frees the tensors that TorchSharp keeps for their shapes. Should they lie elsewhere in another version, they just stay.</summary>
    public static Tensor Trim(Tensor result)
    {
        if (s_context is { } context)
        {
            s_context = null;
            object? node = NodeOfContext?.GetValue(context);
            FieldInfo? shapes = node?.GetType().GetField("_outputCache", BindingFlags.Instance | BindingFlags.NonPublic);
            if (shapes?.GetValue(node) is IList list)
            {
                for (int i = 0; i < list.Count; i++)
                {
                    (list[i] as IDisposable)?.Dispose();
                    list[i] = null;
                }
            }
        }

        return result;
    }

    /// <summary>At the start of a backward pass, whose end disposes the result.</summary>
    public static FunctionMemory Backward(autograd.AutogradContext context, Tensor gradient)
    {
        // libtorch has its own reference to what the pass before this one returned.
        s_returned?.ForEach(t => t.Dispose());
        s_returned?.Clear();
        return new FunctionMemory((Tensor[])context.get_data(SavedKey), gradient);
    }

    /// <summary>At the end of a backward pass: its result, null where an argument has no gradient.</summary>
    public static List<Tensor> Return(params ReadOnlySpan<Tensor?> gradients)
    {
        s_returned ??= [];
        var result = new List<Tensor>(gradients.Length);
        foreach (Tensor? gradient in gradients)
        {
            result.Add(gradient!);
            if (gradient is not null)
            {
                s_returned.Add(gradient);
            }
        }

        return result;
    }

    /// <summary>Frees what was saved and the gradient that came in.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Saved)
        {
            tensor.Dispose();
        }

        _gradient.Dispose();
    }
}
