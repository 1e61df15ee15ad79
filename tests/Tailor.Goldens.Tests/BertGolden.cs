using System.Text.Json.Nodes;
using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Goldens.Tests;

/// <summary>One of the reference's small BERT checkpoints with a classification, token classification or MLM head.</summary>
internal sealed class BertGolden : IDisposable
{
    private readonly SafetensorsFile _golden;
    private readonly SafetensorsCheckpoint _checkpoint;
    private readonly string _directory, _kind;
    private readonly int[] _lengths;

    public BertGolden(string directory)
    {
        _directory = directory;
        _kind = Architecture(directory)!;
        _golden = SafetensorsFile.Open(Path.Combine(directory, "golden.safetensors"));
        _checkpoint = SafetensorsCheckpoint.Open(directory);
        using Tensor mask = Gold("in.attention_mask");
        _lengths = mask.sum(1).data<long>().Select(n => (int)n).ToArray();
    }

    public static bool Supports(string directory) => Architecture(directory) is "BertForSequenceClassification" or "BertForTokenClassification" or "BertForMaskedLM";

    public bool Has(string check) => check != "gradients through the read position" || _kind == "BertForSequenceClassification";

    public void Check(string check)
    {
        using DisposeScope scope = NewDisposeScope();
        switch (check)
        {
            case "hidden states": HiddenStates(); break;
            case "logits": Logits(); break;
            case "loss": Loss(); break;
            case "gradients": Gradients(read: false); break;
            case "gradients through the read position": Gradients(read: true); break;
            default: TenSteps(); break;
        }
    }

    public void Dispose()
    {
        _golden.Dispose();
        _checkpoint.Dispose();
    }

    private static string? Architecture(string directory) => JsonNode.Parse(File.ReadAllText(Path.Combine(directory, "config.json")))?["architectures"]?[0]?.GetValue<string>();

    private Tensor Gold(string name) => _golden.Read(name);

    private void HiddenStates()
    {
        using Model model = new(this);
        int seen = 0;
        model.Encoder.Forward(model.Batch, DropoutPlaces.Off, (layer, states) =>
        {
            seen++;
            Near.Equal(Packed(Gold($"out.hidden.{layer}")), states, Near.Losses, $"hidden state {layer}");
        });
        Assert.Equal(model.Encoder.Config.Layers + 1, seen);
    }

    private void Logits()
    {
        using Model model = new(this);
        Tensor expected = Gold("out.logits");
        Near.Equal(expected.dim() == 3 ? Packed(expected) : expected, model.Logits(read: false), Near.Losses, "logits");
    }

    private void Loss()
    {
        using Model model = new(this);
        Near.Equal(Gold("loss").item<float>(), model.Loss(read: false).item<float>(), Near.Losses, "loss");
    }

    private void Gradients(bool read)
    {
        using Model model = new(this);
        model.Loss(read).backward();
        KeyValuePair<string, Tensor>[] gradients = model.All.SelectMany(ParameterGradient.ByPart).ToArray();
        foreach ((string name, Tensor gradient) in gradients)
        {
            Near.Equal(Gold("grad." + name), gradient, Near.Gradients, "gradient of " + name, ParameterGradient.LeastScale(name, gradients));
        }
    }

    private void TenSteps()
    {
        using Model model = new(this);
        using var optimizer = new AdamW([new ParameterGroup { Parameters = model.All, WeightDecay = 0.01 }], 0.9, 0.999, 1e-8);
        Tensor losses = Gold("losses");
        for (int step = 0; step < 10; step++)
        {
            Tensor loss = model.Loss(read: false);
            Near.Equal(losses[step].item<float>(), loss.item<float>(), Near.Steps, $"loss before step {step + 1}");
            loss.backward();
            optimizer.Step(1e-3, 1.0);
        }

        foreach ((string name, Tensor value) in ModelDirectory.Weights(model.All))
        {
            // A key bias has no gradient but rounding noise, which Adam scales up to whole steps.
            if (!name.EndsWith("self.key.bias", StringComparison.Ordinal))
            {
                Near.Equal(Gold("after." + name), value, Near.Steps, name + " after ten steps");
            }
        }
    }

    /// <summary>[batch, positions, ...] to [tokens, ...], padding left out.</summary>
    private Tensor Packed(Tensor padded) => cat(_lengths.Select((length, b) => padded[b].narrow(0, 0, length)).ToArray(), 0);

    private sealed class Model : IDisposable
    {
        private readonly BertGolden _golden;
        private readonly BertMlmHead? _mlm;
        private readonly Linear? _classifier;
        private readonly ParameterBuilder _build;

        public Model(BertGolden golden)
        {
            _golden = golden;
            _build = new ParameterBuilder(golden._checkpoint, golden._directory, "bert.", 0);
            BertConfig config = BertConfig.Read(golden._directory);
            Encoder = new BertEncoder(config, _build, withPooler: golden._kind == "BertForSequenceClassification");
            if (golden._kind == "BertForMaskedLM")
            {
                _mlm = new BertMlmHead(Encoder, _build);
            }
            else
            {
                _classifier = _build.Linear("classifier", config.HiddenSize, golden._checkpoint.Entry("classifier.weight").Shape[0], Initial.Zeros);
            }

            Assert.Empty(_build.Report.Missing);
            long[] ids = golden.Gold("in.input_ids").data<long>().ToArray(), types = golden.Gold("in.token_type_ids").data<long>().ToArray();
            int width = ids.Length / golden._lengths.Length;
            Batch = PackedBatch.Of(golden._lengths.Select((length, b) => new TokenSequence(
                ids.Skip(b * width).Take(length).Select(id => (int)id).ToArray(),
                types.Skip(b * width).Take(length).Count(type => type == 0))).ToArray());
        }

        public BertEncoder Encoder { get; }

        public PackedBatch Batch { get; }

        public IReadOnlyList<Parameter> All => _build.All;

        public Tensor Logits(bool read)
        {
            if (_golden._kind != "BertForSequenceClassification")
            {
                Tensor states = Encoder.Forward(Batch, DropoutPlaces.Off);
                return _mlm is not null ? _mlm.Forward(states) : _classifier!.Forward(states);
            }

            Tensor first = read ? Encoder.ForwardRead(Batch, DropoutPlaces.Off) : Encoder.Forward(Batch, DropoutPlaces.Off).index_select(0, Batch.ReadRows);
            return _classifier!.Forward(Encoder.Pool(first));
        }

        public Tensor Loss(bool read)
        {
            Tensor labels = _golden.Gold("in.labels");
            return F.cross_entropy(Logits(read), labels.dim() == 2 ? _golden.Packed(labels) : labels, ignore_index: -100);
        }

        public void Dispose()
        {
            Batch.Dispose();
            foreach (Parameter parameter in _build.All)
            {
                parameter.Dispose();
            }
        }
    }
}
