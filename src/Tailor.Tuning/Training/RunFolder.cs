using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>
/// The files of a run: <c>run.json</c> (what was asked), <c>metrics.jsonl</c> (one line per evaluation), <c>checkpoint/</c> (resumable state),
/// <c>model/</c> (what to deploy), <c>predictions.jsonl</c> (what it said of each scored example), <c>result.json</c> (a run that has it is finished),
/// <c>pictures.json</c> (what the report of a run on pictures shows of them), and <c>report.html</c>, which the others make.
/// </summary>
/// <param name="path">The folder.</param>
public sealed class RunFolder(string path)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The folder.</summary>
    public string Path => path;

    /// <summary>What was asked, and on which machine.</summary>
    public string Description => In("run.json");

    /// <summary>One JSON object per evaluation.</summary>
    public string Metrics => In("metrics.jsonl");

    /// <summary>The resumable state.</summary>
    public string CheckpointFolder => In("checkpoint");

    /// <summary>The model to deploy.</summary>
    public string Model => In("model");

    /// <summary>The final scores.</summary>
    public string Result => In("result.json");

    /// <summary>What the model said of each scored example, a <see cref="Evaluation.PredictionFile"/>.</summary>
    public string Predictions => In("predictions.jsonl");

    /// <summary>Thumbnails of the pictures that the report shows; runs on texts have none.</summary>
    public string Pictures => In("pictures.json");

    /// <summary>The page that shows it all, made from the other files.</summary>
    public string Report => In("report.html");

    /// <summary>Whether the run came to its end.</summary>
    public bool Finished => File.Exists(Result);

    /// <summary>Makes the folder of a new run.</summary>
    /// <param name="path">A path where nothing is yet, or an empty folder.</param>
    /// <exception cref="InputException">Something is there.</exception>
    public static RunFolder Create(string path)
    {
        RequireFree(path);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: the output folder cannot be made ({fault.Message}); choose another --out", fault);
        }

        return new RunFolder(path);
    }

    /// <summary>Refuses a path where something is already.</summary>
    /// <param name="path">The path of a new run.</param>
    /// <exception cref="InputException">Something is there.</exception>
    public static void RequireFree(string path)
    {
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new InputException($"{path}: the output folder exists and is not empty; choose another --out, delete it, or continue an unfinished run with --resume {path}");
        }
    }

    /// <summary>Opens the folder of a run that was begun, to continue it.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">It is no run folder, or the run came to its end.</exception>
    public static RunFolder OpenUnfinished(string path)
    {
        var folder = new RunFolder(path);
        if (!File.Exists(folder.Description))
        {
            throw new InputException($"{path}: no run.json here; give the folder that --out made");
        }

        return folder.Finished ? throw new InputException($"{path}: this run is finished; its scores are in result.json and its model in model/") : folder;
    }

    /// <summary>Removes what a process that was killed while writing left half done.</summary>
    public void RemoveLeftovers()
    {
        foreach (string folder in new[] { path, CheckpointFolder, Model })
        {
            AtomicFile.RemoveLeftovers(folder);
        }
    }

    /// <summary>Reads <c>run.json</c>.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public JsonObject ReadDescription()
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(Description)) as JsonObject ?? throw new JsonException("not an object");
        }
        catch (JsonException fault)
        {
            throw InputException.At(Description, $"not valid JSON ({fault.Message})", "the run cannot be continued; start it again");
        }
    }

    /// <summary>Writes a JSON file of the run.</summary>
    /// <param name="file">One of the paths above.</param>
    /// <param name="content">Its content.</param>
    /// <exception cref="InputException">The disk is full or the folder cannot be written.</exception>
    public void Write(string file, JsonObject content)
    {
        ArgumentNullException.ThrowIfNull(content);
        Write(() => AtomicFile.WriteText(file, content.ToJsonString(Indented) + "\n"));
    }

    /// <summary>Writes into the run, and turns what the disk refuses into words on how to go on.</summary>
    /// <param name="write">Writes.</param>
    /// <exception cref="InputException">The disk is full or the folder cannot be written.</exception>
    public void Write(Action write)
    {
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            write();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(Description))
            {
                throw new InputException($"{fault.Message}; the run so far is kept: free some space and continue with --resume {path}", fault);
            }

            // Without run.json it cannot be continued, and its folder would stand in the way of the next attempt.
            Discard();
            throw new InputException($"{fault.Message}; free some space and start again, or choose another --out", fault);
        }
    }

    /// <summary>Appends a line to <c>metrics.jsonl</c>.</summary>
    /// <param name="line">The evaluation.</param>
    /// <returns>The file's length after it.</returns>
    /// <exception cref="InputException">The disk is full or the folder cannot be written.</exception>
    public long AppendMetrics(JsonObject line)
    {
        ArgumentNullException.ThrowIfNull(line);
        long length = 0;
        Write(() =>
        {
            using var stream = new FileStream(Metrics, FileMode.Append, FileAccess.Write);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(line.ToJsonString() + "\n"));
            stream.Flush();
            length = stream.Length;
        });
        return length;
    }

    /// <summary>Cuts <c>metrics.jsonl</c> to what belongs to the state that is resumed.</summary>
    /// <param name="bytes">The length to keep.</param>
    public void CutMetrics(long bytes)
    {
        using var stream = new FileStream(Metrics, FileMode.OpenOrCreate, FileAccess.Write);
        if (stream.Length > bytes)
        {
            stream.SetLength(bytes);
        }
    }

    private void Discard()
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (IOException)
        {
            // The fault that brought us here says more than this one.
        }
    }

    private string In(string name) => System.IO.Path.Combine(path, name);
}
