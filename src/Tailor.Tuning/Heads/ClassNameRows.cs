using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// A head's rows from the names of the classes, by CLIP's text tower (LIFT, ICML 2024, arXiv 2309.10019, section 4.3): the name in a sentence is encoded and projected into the shared space, brought to length 1, led back into the space
/// of the image features by the transposed visual projection, and brought to length 1 again.
/// </summary>
public static class ClassNameRows
{
    private const int Batch = 64;

    /// <summary>Computes the rows.</summary>
    /// <param name="directory">A CLIP directory that holds both towers.</param>
    /// <param name="names">The class names in order.</param>
    /// <param name="template">A sentence with <c>{}</c> in the place of the name.</param>
    /// <param name="visualProjection">The image tower's projection, [shared, hidden].</param>
    /// <param name="device">Where to compute.</param>
    /// <returns>[classes, hidden], each row of length 1.</returns>
    /// <exception cref="InputException">A class has no name, or all are whole numbers, or the directory has no text tower with a projection.</exception>
    public static Tensor Of(string directory, IReadOnlyList<string> names, string template, Tensor visualProjection, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(visualProjection);
        if (names.FirstOrDefault(string.IsNullOrWhiteSpace) is not null)
        {
            throw new InputException("head.init class_names: a class has no name; give the classes names, or take init class_means");
        }

        if (names.All(name => name.All(char.IsAsciiDigit)))
        {
            throw new InputException(
                $"head.init class_names: the classes are called {string.Join(", ", names.Take(3))} and so on, and whole numbers are no names that the text tower knows; give the classes names, or take init class_means");
        }

        using var _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using ClipTextBackbone text = ClipTextBackbone.Load(directory, seed: 0, device);
        if (text.Encoder.Projection is not { } projection || text.Report.Missing.Count > 0)
        {
            throw new InputException($"{directory}: head.init class_names needs CLIP's text tower and its projection, and this directory lacks {(text.Report.Missing.Count > 0 ? text.Report.Missing[0] : "text_projection.weight")}; give a CLIP directory with both towers, or take init class_means");
        }

        Tensor shared = cat([.. names.Chunk(Batch).Select(chunk =>
        {
            // Folders and labels spell blanks as underscores.
            using PackedBatch batch = text.Pack([.. chunk.Select(name => template.Replace("{}", name.Replace('_', ' '), StringComparison.Ordinal))]);
            return projection.Forward(text.Encoder.ForwardRead(batch, DropoutPlaces.Off));
        })], 0);
        return F.normalize(F.normalize(shared, dim: 1).matmul(visualProjection), dim: 1).MoveToOuterDisposeScope();
    }
}
