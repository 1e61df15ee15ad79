using Tailor.Backbones;
using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>The reference's small CLIP text tower with its projection.</summary>
internal sealed class ClipTextGolden : ModelGolden
{
    private readonly int[] _lengths;

    public ClipTextGolden(string directory)
        : base(directory)
    {
        using Tensor mask = Gold("in.attention_mask");
        _lengths = mask.sum(1).data<long>().Select(n => (int)n).ToArray();
    }

    protected override GoldenModel Model()
    {
        long[] ids = Gold("in.input_ids").data<long>().ToArray();
        int width = ids.Length / _lengths.Length;
        PackedBatch batch = PackedBatch.Of([.. _lengths.Select((length, b) => new TokenSequence([.. ids.Skip(b * width).Take(length).Select(id => (int)id)], length, length - 1))]);
        return new Built(ClipTextConfig.Read(Directory), new ParameterBuilder(Checkpoint, Directory, "text_model.", 0), batch);
    }

    /// <summary>Hidden states [batch, positions, hidden] to [tokens, hidden], padding left out; logits stand one for each text.</summary>
    protected override Tensor Packed(Tensor figures) => figures.dim() == 2 ? figures : cat(_lengths.Select((length, b) => figures[b].narrow(0, 0, length)).ToArray(), 0);

    private sealed class Built : GoldenModel
    {
        private readonly ClipTextEncoder _encoder;
        private readonly PackedBatch _batch;

        public Built(ClipTextConfig config, ParameterBuilder build, PackedBatch batch)
            : base(build)
        {
            (_encoder, _batch) = (new ClipTextEncoder(config, build), batch);
            Assert.Empty(build.Report.Missing);
        }

        public override int Layers => _encoder.Config.Layers;

        public override void Observe(Action<int, Tensor> see) => _encoder.Forward(_batch, DropoutPlaces.Off, see);

        public override Tensor Logits(bool read) => _encoder.Projection!.Forward(
            read ? _encoder.ForwardRead(_batch, DropoutPlaces.Off) : _encoder.Forward(_batch, DropoutPlaces.Off).index_select(0, _batch.ReadRows));

        public override void Dispose()
        {
            _batch.Dispose();
            base.Dispose();
        }
    }
}
