using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>glee.safetensors: heads and losses of Glee on models/bert-mlm, with every gradient of the cross-entropy.</summary>
public class GleeGoldens
{
    private static readonly Dictionary<string, HeadRecipe> Heads = new()
    {
        ["cls_tanh"] = new HeadRecipe { Activation = HeadActivation.Tanh },
        ["cls_relu"] = new HeadRecipe { Activation = HeadActivation.Relu },
    };

    private static readonly Dictionary<string, ClassificationLoss> Losses = new()
    {
        ["ce"] = new CrossEntropyLoss(),
        ["focal_glee"] = new GleeFocalLoss(),
        ["focal_gamma1"] = new FocalLoss(1),
        ["focal_gamma2"] = new FocalLoss(2),
    };

    public static TheoryData<string> Variants
    {
        get
        {
            string path = GoldenFolder.Of("glee.safetensors");
            if (!File.Exists(path))
            {
                return [];
            }

            using SafetensorsFile file = SafetensorsFile.Open(path);
            return [.. file.Entries.Keys.Where(k => k.EndsWith(".logits", StringComparison.Ordinal)).Select(k => k.Split('.')[0]).Order(StringComparer.Ordinal)];
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Variant_agrees_with_the_reference(string variant)
    {
        string kind = $"glee/{variant}";
        if (!Heads.TryGetValue(variant, out HeadRecipe? head))
        {
            Tally.Skip(kind, 1, "this variant is not built yet");
        }

        Libtorch.Load(1);
        using SafetensorsFile file = SafetensorsFile.Open(GoldenFolder.Of("glee.safetensors"));
        using var model = new GleeModel(file, head! with { Dropout = 0 });
        string[] checks = ["logits", .. Losses.Keys.Select(loss => "loss." + loss), "gradients", "eta_logits"];
        Tally.RunAll(kind, checks, check => check, check =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor logits = model.Logits();
            if (check == "logits")
            {
                Near.Equal(file.Read($"{variant}.logits"), logits, Near.Losses, check);
            }
            else if (check == "eta_logits")
            {
                Near.Equal(file.Read($"{variant}.eta_logits"), logits.mul(EtaNorm.Factors(model.Head.Output.Weight.Value, 1.1)), Near.Losses, check);
            }
            else if (check == "gradients")
            {
                LossParts parts = Losses["ce"].Of(logits, file.Read("in.labels"));
                parts.Numerator.div(parts.Denominator).backward();
                model.CompareGradients(file, variant);
            }
            else
            {
                LossParts parts = Losses[check["loss.".Length..]].Of(logits, file.Read("in.labels"));
                Near.Equal(file.Read($"{variant}.{check}").item<float>(), parts.Numerator.item<float>() / parts.Denominator, Near.Losses, check);
            }
        });
    }

    private sealed class GleeModel : IDisposable
    {
        private readonly SafetensorsCheckpoint _checkpoint;
        private readonly ParameterBuilder _build;
        private readonly BertEncoder _encoder;
        private readonly PackedBatch _batch;

        public GleeModel(SafetensorsFile file, HeadRecipe head)
        {
            string directory = GoldenFolder.Of(Path.Combine("models", "bert-mlm"));
            _checkpoint = SafetensorsCheckpoint.Open(directory);
            _build = new ParameterBuilder(_checkpoint, directory, "bert.", 0);
            BertConfig config = BertConfig.Read(directory);
            _encoder = new BertEncoder(config, _build, withPooler: false);
            Head = new ClsHead(head, _build, config.HiddenSize, (int)file.Entries["head.out.weight"].Shape[0]);
            _batch = PackedBatch.Of(Sequences(file));
            using DisposeScope scope = NewDisposeScope();
            using var _ = no_grad();
            foreach (Parameter parameter in Head.Parameters)
            {
                parameter.Value.copy_(file.Read(parameter.Name));
            }
        }

        public ClsHead Head { get; }

        public Tensor Logits() => Head.Forward(_encoder.ForwardRead(_batch, DropoutPlaces.Off), DropoutPlaces.Off);

        public void CompareGradients(SafetensorsFile file, string variant)
        {
            int compared = 0;
            KeyValuePair<string, Tensor>[] gradients = _build.All.SelectMany(ParameterGradient.ByPart).ToArray();
            foreach ((string name, Tensor gradient) in gradients)
            {
                if (file.Entries.ContainsKey($"{variant}.grad.{name}"))
                {
                    Near.Equal(file.Read($"{variant}.grad.{name}"), gradient, Near.Gradients, "gradient of " + name, ParameterGradient.LeastScale(name, gradients));
                    compared++;
                }
            }

            Assert.Equal(file.Entries.Keys.Count(k => k.StartsWith($"{variant}.grad.", StringComparison.Ordinal)), compared);
        }

        private static TokenSequence[] Sequences(SafetensorsFile file)
        {
            using DisposeScope scope = NewDisposeScope();
            long[] ids = file.Read("in.input_ids").data<long>().ToArray(), types = file.Read("in.token_type_ids").data<long>().ToArray();
            int[] lengths = file.Read("in.attention_mask").sum(1).data<long>().Select(n => (int)n).ToArray();
            int width = ids.Length / lengths.Length;
            return lengths.Select((length, b) => new TokenSequence(
                ids.Skip(b * width).Take(length).Select(id => (int)id).ToArray(),
                types.Skip(b * width).Take(length).Count(type => type == 0))).ToArray();
        }

        public void Dispose()
        {
            _batch.Dispose();
            _checkpoint.Dispose();
            foreach (Parameter parameter in _build.All)
            {
                parameter.Dispose();
            }
        }
    }
}
