using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>Finds the model that a run left to deploy.</summary>
internal static class DeployedModel
{
    /// <summary>The model's directory.</summary>
    /// <param name="folder">A run folder of <c>tailor train</c>, or its <c>model/</c> folder.</param>
    /// <exception cref="InputException">There is no such folder, or the run has not finished.</exception>
    public static string DirectoryOf(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
        {
            throw new InputException($"{folder}: no such folder; give a run folder of 'tailor train' or its model/ folder");
        }

        if (!File.Exists(Path.Combine(folder, "run.json")))
        {
            return folder;
        }

        var run = new RunFolder(folder);
        return run.Finished ? run.Model : throw new InputException($"{folder}: this run has not finished, there is no model yet; continue it with: tailor train --resume {folder}");
    }
}
