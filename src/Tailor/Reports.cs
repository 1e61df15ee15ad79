using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>Writes the HTML reports of finished runs.</summary>
public static class Reports
{
    /// <summary>Writes the report of a run, from the files in its folder alone: equal files give equal bytes.</summary>
    /// <param name="runFolder">A folder of a finished training run.</param>
    /// <param name="output">The file to write; <c>report.html</c> in the folder when null.</param>
    /// <returns>What is missing in the report and why, a sentence each.</returns>
    /// <exception cref="InputException">The folder is no run, the run has not finished, a file of it is damaged, or the report cannot be written.</exception>
    public static IReadOnlyList<string> Write(string runFolder, string? output = null)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        var folder = new RunFolder(runFolder);
        RunReportData data = RunReportReader.Read(folder);
        AtomicFile.WriteText(output ?? folder.Report, RunReport.ToHtml(data));
        return data.Remarks;
    }

    /// <summary>Writes the report at the end of a run. The run is finished without it, so what stands in the way is only said.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="data">Its data; of pictures, what the report shows is kept in the run first.</param>
    /// <param name="progress">Told what stands in the way, or null.</param>
    internal static void WriteAtEnd(RunFolder folder, RunData data, IProgress<TrainingEvent>? progress)
    {
        try
        {
            if (data is ImageRunData pictures && RunPictures.Keep(folder, pictures) is > 0 and var failed)
            {
                progress?.Report(new Remark($"{failed} of the pictures for the report could not be read again; it does without them"));
            }

            Write(folder.Path);
        }
        catch (Exception fault) when (fault is InputException or IOException)
        {
            progress?.Report(new Remark($"{fault.Message}; the run is finished, only its report is missing; make it with: tailor report {folder.Path}"));
        }
    }
}
