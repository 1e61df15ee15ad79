using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Goldens.Tests;

/// <summary>
/// lpt.safetensors, as far as it concerns the backbone: shared prompts in every block, group prompts behind them from block K on, and the pass cut in front of block K. The reference appends
/// the rows, runs whole blocks and drops them again; which groups an image has is taken from the golden.
/// </summary>
public sealed class LptPromptGoldens
{
    [Fact]
    public void Prompted_passes_agree_with_the_reference()
    {
        using SafetensorsFile golden = SafetensorsFile.Open(GoldenFolder.Require("lpt.safetensors"));
        Libtorch.Load(1);
        using VisionBackbone backbone = VisionBackbone.Load(GoldenFolder.Of("models/vit-cls"), 0, declare: b => b.Build.Linear("classifier", b.HiddenSize, 5, Initial.Zeros));
        Assert.Empty(backbone.Report.Remarks());
        foreach (Parameter parameter in backbone.Parameters)
        {
            parameter.Trainable = false;
        }

        Tally.RunAll("lpt prompts", ["phase 1", "phase 1 gradients", "phase 2", "phase 2 on kept rows", "phase 2 gradients"], check => check, check =>
        {
            using DisposeScope scope = NewDisposeScope();
            var pass = new Pass(golden, backbone.Encoder);
            switch (check)
            {
                case "phase 1":
                    Near.Equal(golden.Read("phase1.feature"), pass.Feature(groups: false), Near.Losses, "feature");
                    Near.Equal(golden.Read("phase1.cosines"), pass.Cosines(groups: false), Near.Losses, "cosines");
                    break;
                case "phase 1 gradients":
                    pass.Loss(groups: false, positive: 0, negative: 4).backward();
                    Near.Equal(golden.Read("phase1.grad.U"), pass.Shared.grad!, Near.Gradients, "gradient of U");
                    break;
                case "phase 2":
                    Near.Equal(golden.Read("phase2.cosines"), pass.Cosines(groups: true), Near.Losses, "cosines");
                    break;
                case "phase 2 on kept rows":
                    Tensor kept = backbone.Encoder.RowsAt(pass.K, golden.Read("in.pixel_values"), DropoutPlaces.Off);
                    pass.Prompt(groups: false);
                    Near.Equal(golden.Read("phase2.query"), backbone.Encoder.ReadFrom(pass.K, kept, DropoutPlaces.Off), Near.Losses, "query");
                    pass.Prompt(groups: true);
                    Near.Equal(golden.Read("phase2.cosines"), pass.Cosines(backbone.Encoder.ReadFrom(pass.K, kept, DropoutPlaces.Off)), Near.Losses, "cosines");
                    break;
                default:
                    float beta = golden.Read("in.beta").item<float>();
                    pass.Loss(groups: true, positive: 0, negative: 4).add(pass.Loss(groups: true, positive: 0.5, negative: 8).mul(beta)).backward();
                    Near.Equal(golden.Read("phase2.grad.R"), pass.Pool.grad!, Near.Gradients, "gradient of R");
                    break;
            }
        });
    }

    private sealed class Pass
    {
        private readonly SafetensorsFile _golden;
        private readonly VisionEncoder _encoder;

        public Pass(SafetensorsFile golden, VisionEncoder encoder)
        {
            (_golden, _encoder) = (golden, encoder);
            (Shared, Pool) = (golden.Read("U").requires_grad_(true), golden.Read("R").requires_grad_(true));
            K = (int)golden.Read("settings.P_pool_k_K")[3].item<long>();
            Prompt(groups: false);
        }

        public Tensor Shared { get; }

        public Tensor Pool { get; }

        public int K { get; }

        public void Prompt(bool groups)
        {
            for (int block = 0; block < _encoder.Sites.Layers.Count; block++)
            {
                var shared = new GivenRows(Shared[block], (int)Shared.shape[1]);
                _encoder.Sites.Layers[block].Prompts = groups && block >= K ? [shared, new GivenRows(Group(block - K), (int)Shared.shape[1])] : [shared];
            }
        }

        public Tensor Feature(bool groups)
        {
            Prompt(groups);
            return _encoder.ForwardRead(_golden.Read("in.pixel_values"), DropoutPlaces.Off);
        }

        public Tensor Cosines(bool groups) => Cosines(Feature(groups));

        public Tensor Cosines(Tensor feature) => F.normalize(feature, dim: 1).matmul(F.normalize(_golden.Read("W"), dim: 1).t());

        /// <summary>The asymmetric Gaussian-clouded logit loss as the golden's script has it, for a gradient that reaches every row.</summary>
        public Tensor Loss(bool groups, double positive, double negative)
        {
            Tensor cosines = Cosines(groups), counts = _golden.Read("in.counts"), own = F.one_hot(_golden.Read("in.labels"), cosines.shape[1]).to(ScalarType.Float32);
            Tensor delta = counts.max().div(counts).log().div(counts.max().div(counts.min()).log());
            Tensor logs = cosines.sub(_golden.Read("in.eps").abs().mul(delta).mul(0.5)).sub(own.mul(0.1)).mul(20).log_softmax(1), p = logs.exp();
            Tensor target = own.mul(0.9).add(0.1 / cosines.shape[1]);
            return target.mul(own.mul(p.neg().add(1).pow(positive)).add(own.neg().add(1).mul(p.pow(negative)))).mul(logs).sum(1).mean().neg();
        }

        /// <summary>The mean of each image's chosen groups, [images * P, hidden].</summary>
        private Tensor Group(int layer)
        {
            Tensor chosen = _golden.Read("phase2.chosen");
            return Pool.select(1, layer).index_select(0, chosen.view(-1)).view(chosen.shape[0], chosen.shape[1], Pool.shape[2], Pool.shape[3]).mean([1]).view(-1, Pool.shape[3]);
        }
    }

    private sealed class GivenRows(Tensor rows, int count) : BlockPrompt
    {
        public override int Count => count;

        public override Tensor Rows(int images) => rows;
    }
}
