using Tailor.Backbones;
using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>One of the reference's small BERT checkpoints with a classification, token classification or MLM head.</summary>
internal sealed class BertGolden : ModelGolden
{
    private readonly int[] _lengths;

    public BertGolden(string directory)
        : base(directory)
    {
        using Tensor mask = Gold("in.attention_mask");
        _lengths = mask.sum(1).data<long>().Select(n => (int)n).ToArray();
    }

    public override bool Has(string check) => check != "gradients through the read position" || Kind == "BertForSequenceClassification";

    protected override GoldenModel Model() => new Built(this, new ParameterBuilder(Checkpoint, Directory, "bert.", 0));

    /// <summary>[batch, positions, ...] to [tokens, ...], padding left out.</summary>
    protected override Tensor Packed(Tensor figures) => Kind == "BertForSequenceClassification" && figures.dim() == 2
        ? figures
        : cat(_lengths.Select((length, b) => figures[b].narrow(0, 0, length)).ToArray(), 0);

    private sealed class Built : GoldenModel
    {
        private readonly string _kind;
        private readonly BertEncoder _encoder;
        private readonly BertMlmHead? _mlm;
        private readonly Linear? _classifier;
        private readonly PackedBatch _batch;

        public Built(BertGolden golden, ParameterBuilder build)
            : base(build)
        {
            _kind = golden.Kind;
            BertConfig config = BertConfig.Read(golden.Directory);
            _encoder = new BertEncoder(config, build, withPooler: _kind == "BertForSequenceClassification");
            if (_kind == "BertForMaskedLM")
            {
                _mlm = new BertMlmHead(_encoder, build);
            }
            else
            {
                _classifier = build.Linear("classifier", config.HiddenSize, golden.Checkpoint.Entry("classifier.weight").Shape[0], Initial.Zeros);
            }

            Assert.Empty(build.Report.Missing);
            long[] ids = golden.Gold("in.input_ids").data<long>().ToArray(), types = golden.Gold("in.token_type_ids").data<long>().ToArray();
            int width = ids.Length / golden._lengths.Length;
            _batch = PackedBatch.Of(golden._lengths.Select((length, b) => new TokenSequence(
                ids.Skip(b * width).Take(length).Select(id => (int)id).ToArray(),
                types.Skip(b * width).Take(length).Count(type => type == 0))).ToArray());
        }

        public override int Layers => _encoder.Config.Layers;

        public override void Observe(Action<int, Tensor> see) => _encoder.Forward(_batch, DropoutPlaces.Off, see);

        public override Tensor Logits(bool read)
        {
            if (_kind != "BertForSequenceClassification")
            {
                Tensor states = _encoder.Forward(_batch, DropoutPlaces.Off);
                return _mlm is not null ? _mlm.Forward(states) : _classifier!.Forward(states);
            }

            Tensor first = read ? _encoder.ForwardRead(_batch, DropoutPlaces.Off) : _encoder.Forward(_batch, DropoutPlaces.Off).index_select(0, _batch.ReadRows);
            return _classifier!.Forward(_encoder.Pool(first));
        }

        public override void Dispose()
        {
            _batch.Dispose();
            base.Dispose();
        }
    }
}
