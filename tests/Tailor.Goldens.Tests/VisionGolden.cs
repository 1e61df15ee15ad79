using Tailor.Backbones;
using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>One of the reference's small image checkpoints with the head that transformers gives it.</summary>
internal sealed class VisionGolden(string directory) : ModelGolden(directory)
{
    // DINOv2's head reads the patches too.
    public override bool Has(string check) => check != "gradients through the read position" || Kind != "Dinov2ForImageClassification";

    protected override GoldenModel Model()
    {
        VisionConfig config = VisionConfig.Read(Directory);
        return new Built(config, new ParameterBuilder(Checkpoint, Directory, prefix: "", 0), Checkpoint, Gold("in.pixel_values"));
    }

    private sealed class Built : GoldenModel
    {
        private readonly VisionEncoder _encoder;
        private readonly Linear _head;
        private readonly Tensor _pixels;

        public Built(VisionConfig config, ParameterBuilder build, SafetensorsCheckpoint checkpoint, Tensor pixels)
            : base(build)
        {
            _pixels = pixels;
            _encoder = new VisionEncoder(config, build);
            _head = _encoder.Projection ?? Classifier(build, checkpoint.Entry("classifier.weight").Shape);
            Assert.Empty(build.Report.Missing);
        }

        public override int Layers => _encoder.Config.Layers;

        public override void Observe(Action<int, Tensor> see) => _encoder.Forward(_pixels, DropoutPlaces.Off, see);

        public override Tensor Logits(bool read)
        {
            if (read)
            {
                return _head.Forward(_encoder.ForwardRead(_pixels, DropoutPlaces.Off));
            }

            Tensor states = _encoder.Forward(_pixels, DropoutPlaces.Off), cls = states.select(1, 0);
            return _head.Forward(_encoder.Config.Architecture == VisionArchitecture.Dinov2 ? cat([cls, states.narrow(1, 1, states.shape[1] - 1).mean([1])], 1) : cls);
        }

        private static Linear Classifier(ParameterBuilder build, IReadOnlyList<long> shape) => build.Linear("classifier", shape[1], shape[0], Initial.Zeros);
    }
}
