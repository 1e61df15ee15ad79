using System.Text.Json;
using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>glee.safetensors: heads and losses of Glee on models/bert-mlm, with every gradient of the cross-entropy.</summary>
public class GleeGoldens
{
    private static readonly Dictionary<string, (HeadRecipe Head, bool Prompt)> Heads = new()
    {
        ["cls_tanh"] = (new HeadRecipe { Activation = HeadActivation.Tanh }, false),
        ["cls_relu"] = (new HeadRecipe { Activation = HeadActivation.Relu }, false),
        ["cls_relu_prompt"] = (new HeadRecipe { Activation = HeadActivation.Relu }, true),
        ["cls_layer_norm"] = (new HeadRecipe { Activation = HeadActivation.Relu, Norm = HeadNorm.Fresh }, false),
        ["cls_pretrained_norm"] = (new HeadRecipe { Activation = HeadActivation.Relu, Norm = HeadNorm.Pretrained }, false),
        ["prompt_tuning"] = (new HeadRecipe { Kind = HeadKind.Mlm }, true),
        ["prompt_tuning_decoupled"] = (new HeadRecipe { Kind = HeadKind.Mlm, Decoder = HeadDecoder.Decoupled }, true),
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
        if (!Heads.TryGetValue(variant, out (HeadRecipe Head, bool Prompt) built))
        {
            Tally.Skip(kind, 1, "this variant is not built yet");
        }

        Libtorch.Load(1);
        using SafetensorsFile file = SafetensorsFile.Open(GoldenFolder.Of("glee.safetensors"));
        using var model = new GleeModel(file, built.Head with { Dropout = 0 }, built.Prompt);
        string[] checks = ["logits", .. Losses.Keys.Select(loss => "loss." + loss), "gradients", .. file.Entries.ContainsKey($"{variant}.eta_logits") ? new[] { "eta_logits" } : []];
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
                Near.Equal(file.Read($"{variant}.eta_logits"), logits.mul(EtaNorm.Factors(model.Head.Output!.Weight.Value, 1.1)), Near.Losses, check);
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

        public GleeModel(SafetensorsFile file, HeadRecipe head, bool prompt)
        {
            string directory = GoldenFolder.Of(Path.Combine("models", "bert-mlm"));
            _checkpoint = SafetensorsCheckpoint.Open(directory);
            _build = new ParameterBuilder(_checkpoint, directory, "bert.", 0);
            BertConfig config = BertConfig.Read(directory);
            _encoder = new BertEncoder(config, _build, withPooler: false);
            var mlm = new BertMlmHead(_encoder, _build);
            Head = head.Kind == HeadKind.Mlm ? new MlmHead(head, _build, mlm, LabelTokens()) : new ClsHead(head, _build, config.HiddenSize, (int)file.Entries["head.out.weight"].Shape[0], mlm);
            _batch = PackedBatch.Of(Sequences(file, prompt));
            using DisposeScope scope = NewDisposeScope();
            using var _ = no_grad();
            foreach (Parameter parameter in Head.Parameters.Where(p => Recorded(head, p.Name)))
            {
                parameter.Value.copy_(file.Read(parameter.Name));
            }
        }

        public ClassificationHead Head { get; }

        public Tensor Logits() => Head.Forward(_encoder.ForwardRead(_batch, DropoutPlaces.Off), DropoutPlaces.Off);

        public void CompareGradients(SafetensorsFile file, string variant)
        {
            int compared = 0;
            KeyValuePair<string, Tensor>[] gradients = _build.All.SelectMany(ParameterGradient.ByPart).ToArray();
            foreach ((string own, Tensor gradient) in gradients)
            {
                // The reference trains the MLM head's own norm in place of a copy.
                string name = variant != "cls_pretrained_norm" ? own : own.StartsWith("cls.", StringComparison.Ordinal) ? "" : own.Replace("head.ln.", "cls.predictions.transform.LayerNorm.", StringComparison.Ordinal);
                if (file.Entries.ContainsKey($"{variant}.grad.{name}"))
                {
                    Near.Equal(file.Read($"{variant}.grad.{name}"), gradient, Near.Gradients, "gradient of " + name, ParameterGradient.LeastScale(own, gradients));
                    compared++;
                }
            }

            Assert.Equal(file.Entries.Keys.Count(k => k.StartsWith($"{variant}.grad.", StringComparison.Ordinal)), compared);
        }

        // A pretrained norm and a decoder of the head's own start from the checkpoint, not from the file.
        private static bool Recorded(HeadRecipe head, string name) =>
            name.StartsWith("head.", StringComparison.Ordinal) && name != "head.decoder.weight" && !(head.Norm == HeadNorm.Pretrained && name.StartsWith("head.ln.", StringComparison.Ordinal));

        private static int[][] LabelTokens()
        {
            using var json = JsonDocument.Parse(File.ReadAllText(GoldenFolder.Of("glee.json")));
            return json.RootElement.GetProperty("label_words").Deserialize<int[][]>()!;
        }

        private static TokenSequence[] Sequences(SafetensorsFile file, bool prompt)
        {
            using DisposeScope scope = NewDisposeScope();
            long[] ids = file.Read(prompt ? "in.prompt_ids" : "in.input_ids").data<long>().ToArray(), types = file.Read("in.token_type_ids").data<long>().ToArray();
            int[] lengths = file.Read("in.attention_mask").sum(1).data<long>().Select(n => (int)n).ToArray();
            int[] masks = file.Read("in.mask_position").data<long>().Select(n => (int)n).ToArray();
            int width = ids.Length / lengths.Length;
            return lengths.Select((length, b) => new TokenSequence(
                ids.Skip(b * width).Take(length).Select(id => (int)id).ToArray(),
                prompt ? length : types.Skip(b * width).Take(length).Count(type => type == 0),
                prompt ? masks[b] : 0)).ToArray();
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
