using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>models/NAME: hidden states, logits, loss, every gradient and ten AdamW steps of the reference, on packed rows.</summary>
public class ModelGoldens
{
    public static TheoryData<string> Names => Directory.Exists(GoldenFolder.Of("models"))
        ? [.. Directory.GetDirectories(GoldenFolder.Of("models")).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)]
        : [];

    [Theory]
    [MemberData(nameof(Names))]
    public void Model_agrees_with_the_reference(string name)
    {
        string directory = GoldenFolder.Of(Path.Combine("models", name)), kind = $"models/{name}";
        Libtorch.Load(1);
        using ModelGolden? golden = ModelGolden.Open(directory);
        if (golden is null)
        {
            Tally.Skip(kind, 1, "this architecture is not built yet");
            return;
        }

        string[] checks = ["hidden states", "logits", "loss", "gradients", "gradients through the read position", "ten steps"];
        Tally.RunAll(kind, checks.Where(golden.Has), check => check, golden.Check);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Model_in_mixed_precision_is_near_the_reference(string name)
    {
        Libtorch.Load(1);
        using ModelGolden? golden = ModelGolden.Open(GoldenFolder.Of(Path.Combine("models", name)));
        Assert.SkipWhen(golden is null, "this architecture is not built yet");
        using PrecisionScope scope = PrecisionScope.Enter(Precision.Mixed);
        MixedProduct.TakeAll(true);
        try
        {
            foreach (string check in new[] { "hidden states", "logits", "loss", "gradients", "gradients through the read position" }.Where(golden.Has))
            {
                golden.Check(check);
            }
        }
        finally
        {
            MixedProduct.TakeAll(false);
        }
    }
}
