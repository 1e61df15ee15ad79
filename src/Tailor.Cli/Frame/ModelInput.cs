using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary>Whether a model reads what it is given.</summary>
internal static class ModelInput
{
    /// <summary>Refuses data of the other kind.</summary>
    /// <param name="run">The model as it was named.</param>
    /// <param name="classifier">The model.</param>
    /// <param name="data">A folder or a file.</param>
    /// <param name="session">The invocation.</param>
    /// <param name="options">How the data are read.</param>
    /// <exception cref="InputException">The model classifies pictures and the data are texts, or the other way round.</exception>
    public static void Require(string run, Classifier classifier, string data, Session session, DataOptions options)
    {
        DataKind kind = DataContent.KindOf(data, options.Images(session), options.Table(session, requireLabels: false));
        bool pictures = classifier is ImageClassifier;
        if (kind == (pictures ? DataKind.Texts : DataKind.Pictures))
        {
            throw new InputException(pictures
                ? $"{data}: these are texts, and the model in {run} classifies pictures; give a folder, a list or a table of pictures, or name the column of paths with --path-column"
                : $"{data}: these are pictures, and the model in {run} classifies texts; give a table of texts, or name the column of texts with --text-column");
        }
    }

    /// <summary>How pictures are decoded.</summary>
    public static Imaging.DecodeOptions Decoding(Session session, DataOptions options) => options.MaxPixels(session) is { } most ? new Imaging.DecodeOptions { MaxPixels = most } : new Imaging.DecodeOptions();
}
