using System.Globalization;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>A run of a comparison.</summary>
/// <param name="Entry">Its row.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Folder">Where it is, or will be.</param>
/// <param name="Mine">Whether this call does it, unless it is finished.</param>
internal sealed record PlannedRun(ComparisonEntry Entry, long Seed, RunFolder Folder, bool Mine)
{
    /// <summary>The place of a run.</summary>
    /// <param name="output">The comparison's folder.</param>
    /// <param name="entry">The row's name.</param>
    /// <param name="seed">The seed.</param>
    public static RunFolder FolderOf(string output, string entry, long seed) => new(Path.Combine(output, "runs", entry, string.Create(CultureInfo.InvariantCulture, $"seed-{seed}")));

    /// <summary>Reads what it came to.</summary>
    public FinishedRun Read() => FinishedRun.Read(Folder, Seed);

    /// <summary>Refuses a run that was begun with something else.</summary>
    public void RequireSame(LabelledDataset data, CompareRequest request)
    {
        if (!File.Exists(Folder.Description))
        {
            return;
        }

        JsonObject run = Folder.ReadDescription();
        string? changed = !Is("data_fingerprint", data.Fingerprint) ? "the data is not what this run was begun with"
            : !Is("seed", Seed) ? $"this run has the seed {run["seed"]}"
            : !Is("rho", request.Rho) ? $"this run was scored with --rho {run["rho"]}"
            : !Entry.IsBaseline && PrecisionOf(run) != PrecisionName.Of(request.Precision) ? $"this run was begun with --precision {PrecisionOf(run)}"
            : GroupsOf(run) != ShotBoundsName.Of(request.Groups) ? $"this run was scored with --groups {GroupsOf(run)}"
            : Entry.Changed(run, Folder.Description);
        if (changed is not null)
        {
            throw new InputException($"{Folder.Path}: {changed}; choose another --out, or remove {Path.GetDirectoryName(Folder.Path)} to run it anew");
        }

        static string PrecisionOf(JsonObject run) => run["precision"]?.ToString() ?? PrecisionName.All[0];
        static string GroupsOf(JsonObject run) => run["groups"]?.ToString() ?? ShotBoundsName.Of(default);
        bool Is<T>(string key, T value) => run[key]?.ToString() == Convert.ToString(value, CultureInfo.InvariantCulture);
    }
}
