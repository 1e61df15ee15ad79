using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>lpt.safetensors: the losses of both phases of LPT from the stored features and cosines.</summary>
public class LptGoldens
{
    private static readonly string[] Checks = ["cosines", "phase 1", "gradient", "balanced", "instance", "phase 2"];

    [Fact]
    public void Losses_agree_with_the_reference()
    {
        Libtorch.Load(1);
        using SafetensorsFile file = SafetensorsFile.Open(GoldenFolder.Require("lpt.safetensors"));
        Tally.RunAll("lpt loss", Checks, check => check, check => Check(file, check));
    }

    private static void Check(SafetensorsFile file, string check)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor labels = file.Read("in.labels"), cosines = file.Read("phase2.cosines"), epsilon = file.Read("in.eps"), features = file.Read("phase1.feature"), rows = file.Read("W");
        int[] counts = [.. file.Read("in.counts").data<float>().Select(n => (int)n)];
        ClassificationLoss loss = LossFactory.Create(LossRecipe.Of(LossKind.AsymmetricGcl), counts);
        double matched = file.Read("phase2.similarity").gather(1, file.Read("phase2.chosen")).sum(1).mean().item<float>() / 2, beta = file.Read("in.beta").item<float>();
        double Expected(string name) => file.Read(name).item<float>();
        void Equal(double expected, LossParts parts) => Near.Equal(expected, parts.Numerator.item<float>() / parts.Denominator, Near.Losses, check);

        var build = new ParameterBuilder(checkpoint: null, "lpt", "", seed: 0);
        var head = new CosineHead(new HeadRecipe { Kind = HeadKind.Cosine, Scale = 1, Dropout = 0 }, build, (int)rows.shape[1], counts.Length);
        Parameter weight = head.Parameters.Single();
        using (no_grad())
        {
            weight.Value.copy_(rows);
        }

        Tensor first = head.Forward(features, DropoutPlaces.Off);
        switch (check)
        {
            case "cosines":
                Near.Equal(file.Read("phase1.cosines"), first, Near.Losses, check);
                break;
            case "phase 1":
                Equal(Expected("phase1.loss"), loss.Of(first, labels, LogitNoise.Of(epsilon)));
                break;
            case "gradient":
                LossParts parts = loss.Of(first, labels, LogitNoise.Of(epsilon));
                parts.Numerator.div(parts.Denominator).backward();
                Near.Equal(file.Read("phase1.grad.W"), weight.Value.grad!, Near.Gradients, check);
                break;
            case "balanced":
                Equal(Expected("phase2.balanced_loss") + matched, loss.Of(cosines, labels, LogitNoise.Of(epsilon)));
                break;
            case "instance":
                Equal(Expected("phase2.instance_loss") + matched, loss.OfCompanions.Of(cosines, labels, LogitNoise.Of(epsilon)));
                break;
            default:
                // Both draws in one batch, as dual sampling makes it.
                Equal(Expected("phase2.loss") + ((1 + beta) * matched), loss.Of(cat([cosines, cosines], 0), cat([labels, labels], 0), (int)labels.shape[0], beta, LogitNoise.Of(cat([epsilon, epsilon], 0))));
                break;
        }

        weight.Dispose();
    }
}
