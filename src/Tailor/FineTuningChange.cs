using System.Globalization;
using System.Text.RegularExpressions;
using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor;

/// <summary>How far the features of texts moved.</summary>
/// <param name="Texts">How many texts.</param>
/// <param name="MeanDistance">The mean L2 distance between a text's feature before and after.</param>
/// <param name="Deviation">Its sample standard deviation, or null for a single text.</param>
/// <param name="MeanCosine">The mean cosine between the two.</param>
public sealed record FeatureChange(int Texts, double MeanDistance, double? Deviation, double MeanCosine);

/// <summary>What fine-tuning did to a backbone: the two analyses of EH-FT (arXiv 2210.16771, sections on parameter and feature change).</summary>
public static partial class FineTuningChange
{
    /// <summary>The change of every tensor of the encoder's layers, in layer order.</summary>
    /// <param name="before">The pretrained model's directory.</param>
    /// <param name="after">A run folder of <c>tailor train</c>, or its <c>model/</c> folder.</param>
    /// <exception cref="InputException">A directory is damaged, or the two have no tensor in common, or one of another shape.</exception>
    public static IReadOnlyList<TensorChange> OfWeights(string before, string after)
    {
        after = DeployedModel.DirectoryOf(after);
        Libtorch.Load();
        using SafetensorsCheckpoint old = SafetensorsCheckpoint.Open(before), now = SafetensorsCheckpoint.Open(after);
        var changes = new List<TensorChange>();
        foreach (string name in now.Names)
        {
            if (LayerTensor().Match(name) is { Success: true } match && NameMap.Candidates(name, "bert.").FirstOrDefault(old.Contains) is { } stored)
            {
                changes.Add(Change(int.Parse(match.Groups["layer"].ValueSpan, CultureInfo.InvariantCulture), match.Groups["name"].Value, old, stored, now, name));
            }
        }

        return changes.Count > 0
            ? [.. changes.OrderBy(change => change.Layer).ThenBy(change => change.Name, StringComparer.Ordinal)]
            : throw new InputException($"{after}: no tensor of an encoder layer that {before} has too; give the model it was tuned from");
    }

    /// <summary>The change of the state that the head reads, on texts tokenised as the tuned model does.</summary>
    /// <param name="before">The pretrained model's directory.</param>
    /// <param name="after">A run folder of <c>tailor train</c>, or its <c>model/</c> folder.</param>
    /// <param name="texts">Texts, each with its pair or null; at least one.</param>
    /// <param name="device">The device to compute on, by name; the CPU when null.</param>
    /// <exception cref="InputException">A directory is damaged, or the two are of different widths.</exception>
    public static FeatureChange OfFeatures(string before, string after, IReadOnlyList<(string Text, string? Pair)> texts, string? device = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        after = DeployedModel.DirectoryOf(after);
        Libtorch.Load();
        using var _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (TunedModel description, TextModel model) = TunedModel.LoadTexts(after, ComputeDevice.Find(device));
        Tensor now;
        TextSet sequences;
        using (model)
        {
            sequences = model.Input.Tokenize(texts);
            now = model.States(sequences);
        }

        Recipe plain = description.Recipe with { Adapter = new AdapterRecipe(), Head = new HeadRecipe(), Calibrations = [], Stages = [new StageRecipe { Epochs = 1 }] };
        using TextModel pretrained = TextModel.Load(before, plain, description.Labels.Count, verbalizer: null, seed: 0, ComputeDevice.Find(device));
        Tensor old = pretrained.States(sequences);
        if (!old.shape.SequenceEqual(now.shape))
        {
            throw new InputException($"{before} is {old.shape[1]} wide and {after} {now.shape[1]}; give the model it was tuned from");
        }

        Tensor distance = now.sub(old).pow(LastingScalar.Of(2)).sum(1).sqrt();
        return new FeatureChange(
            texts.Count,
            distance.mean().item<float>(),
            texts.Count > 1 ? distance.std().item<float>() : null,
            nn.functional.cosine_similarity(now, old, 1).mean().item<float>());
    }

    private static TensorChange Change(int layer, string name, SafetensorsCheckpoint old, string oldName, SafetensorsCheckpoint now, string nowName)
    {
        if (!old.Entry(oldName).Shape.SequenceEqual(now.Entry(nowName).Shape))
        {
            throw InputException.At(now.Path, $"shape [{string.Join(", ", now.Entry(nowName).Shape)}]", $"the model it is compared with has [{string.Join(", ", old.Entry(oldName).Shape)}]; give the model it was tuned from", field: nowName);
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor start = old.Read(oldName, ScalarType.Float32), moved = now.Read(nowName, ScalarType.Float32).sub(start).abs();
        return new TensorChange(layer, name, moved.mean().item<float>(), moved.div(start.abs().add(LastingScalar.Of(1e-7), LastingScalar.One)).mean().item<float>());
    }

    [GeneratedRegex(@"encoder\.layer\.(?<layer>[0-9]{1,4})\.(?<name>.+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LayerTensor();
}
