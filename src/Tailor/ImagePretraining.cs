using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Imaging;
using Tailor.Tuning;

namespace Tailor;

/// <summary>Supervised training of a new vision transformer on labelled pictures. It is an ordinary run of the recipe <c>vit-pretraining</c> that begins with random weights; the result is a Hugging Face directory.</summary>
public static class ImagePretraining
{
    private const string InitialFolder = "initial", RunFolderName = "run", Recipe = "vit-pretraining";

    /// <summary>Makes an encoder and trains it.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="progress">Told of every step, or null.</param>
    /// <param name="stop">Asks to stop after the step in progress; the run can then be resumed.</param>
    /// <exception cref="InputException">Something in the request cannot be.</exception>
    public static RunResult Train(ImagePretrainRequest request, IProgress<TrainingEvent>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RunFolder.RequireFree(request.Output);
        if (request.HiddenSize % request.Heads != 0)
        {
            throw new InputException($"the width {request.HiddenSize} is no multiple of {request.Heads} heads; choose --hidden and --heads so that it is");
        }

        if (request.ImageSize % request.PatchSize != 0)
        {
            throw new InputException($"pictures of {request.ImageSize} x {request.ImageSize} pixels cannot be cut into patches of {request.PatchSize}; choose --image-size and --patch so that they can");
        }

        Libtorch.Load();
        MixedPrecision.Require(request.Precision, ComputeDevice.Find(request.Device));
        string initial = Path.Combine(request.Output, InitialFolder);
        SaveNew(request, initial);
        return Runs.Train(
            new TrainRequest
            {
                Data = request.Images[0],
                FurtherData = [.. request.Images.Skip(1)],
                Model = initial,
                Recipe = Recipe,
                Overrides = request.Overrides,
                Output = Path.Combine(request.Output, RunFolderName),
                Seed = request.Seed,
                Device = request.Device,
                Precision = request.Precision,
                CheckpointEvery = request.CheckpointEvery,
            },
            progress,
            stop);
    }

    /// <summary>The run of a folder that <see cref="Train"/> made, or null when it is none.</summary>
    /// <param name="folder">The folder.</param>
    public static string? RunOf(string folder)
    {
        string run = Path.Combine(folder, RunFolderName);
        return Directory.Exists(run) && Directory.Exists(Path.Combine(folder, InitialFolder)) ? run : null;
    }

    private static void SaveNew(ImagePretrainRequest request, string directory)
    {
        var config = new VisionConfig
        {
            Architecture = VisionArchitecture.Vit,
            HiddenSize = request.HiddenSize,
            Layers = request.Layers,
            Heads = request.Heads,
            IntermediateSize = request.IntermediateSize ?? (4 * request.HiddenSize),
            ImageSize = request.ImageSize,
            PatchSize = request.PatchSize,
        };
        using VisionBackbone backbone = VisionBackbone.Create(config, request.Seed);
        Directory.CreateDirectory(directory);
        ImageProcessorFile.Write(directory, new ImageProcessor { Resize = ResizeRule.Exactly(request.ImageSize, request.ImageSize) });
        backbone.Save(directory);
    }
}
