using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>The weights of a Hugging Face directory: one safetensors file, or several with an index. With an index, only the tensors it names belong to the checkpoint.</summary>
public sealed class SafetensorsCheckpoint : IDisposable
{
    /// <summary>The name of a checkpoint's only weight file.</summary>
    public const string FileName = "model.safetensors";

    /// <summary>The name of the index of a checkpoint in several files.</summary>
    public const string IndexName = "model.safetensors.index.json";

    private static readonly string[] Pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"];
    private readonly Dictionary<string, SafetensorsFile> _files;
    private readonly List<SafetensorsFile> _opened;

    private SafetensorsCheckpoint(string path, Dictionary<string, SafetensorsFile> files, List<SafetensorsFile> opened) => (Path, _files, _opened) = (path, files, opened);

    /// <summary>The weight file or the index.</summary>
    public string Path { get; }

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _files.Keys;

    /// <summary>Opens a checkpoint and checks the headers of all its files.</summary>
    /// <param name="fileOrDirectory">A <c>.safetensors</c> file, an index, or a directory that holds <c>model.safetensors</c> or its index.</param>
    /// <exception cref="InputException">There are no such weights, only pickled ones, or a file is not as it should be.</exception>
    public static SafetensorsCheckpoint Open(string fileOrDirectory)
    {
        ArgumentNullException.ThrowIfNull(fileOrDirectory);
        string path = Directory.Exists(fileOrDirectory) ? FindIn(fileOrDirectory) : fileOrDirectory;
        var opened = new List<SafetensorsFile>();
        try
        {
            Dictionary<string, SafetensorsFile> files = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? OpenShards(path, opened) : OpenSingle(path, opened);
            return new SafetensorsCheckpoint(path, files, opened);
        }
        catch
        {
            opened.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>Whether the checkpoint has a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    public bool Contains(string name) => _files.ContainsKey(name);

    /// <summary>The description of a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="InputException">The checkpoint has no such tensor; the nearest name is suggested.</exception>
    public SafetensorsEntry Entry(string name) => File(name).Entry(name);

    /// <summary>Reads a tensor into new memory on the CPU.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="convertTo">The type wanted; the file's own when null.</param>
    /// <returns>A contiguous tensor, the caller's to dispose.</returns>
    /// <exception cref="InputException">The checkpoint has no such tensor; the nearest name is suggested.</exception>
    public Tensor Read(string name, ScalarType? convertTo = null) => File(name).Read(name, convertTo);

    /// <summary>Whether a floating-point tensor holds NaN or an infinity; never true of whole numbers.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="InputException">The checkpoint has no such tensor.</exception>
    public bool HasNonFinite(string name) => File(name).HasNonFinite(name);

    /// <summary>Unmaps the files. Tensors that were read stay.</summary>
    public void Dispose() => _opened.ForEach(file => file.Dispose());

    private static string FindIn(string directory)
    {
        foreach (string name in new[] { FileName, IndexName })
        {
            string file = System.IO.Path.Combine(directory, name);
            if (System.IO.File.Exists(file))
            {
                return file;
            }
        }

        string? pickle = Pickles.FirstOrDefault(name => System.IO.File.Exists(System.IO.Path.Combine(directory, name)));
        throw pickle is not null
            ? InputException.At(
                directory, $"only {pickle} is here, a pickle, which can run code when it is read", $"{FileName} is expected; save the model again with save_pretrained(..., safe_serialization=True)")
            : InputException.At(directory, $"neither {FileName} nor {IndexName} is here", "name a Hugging Face model directory or a .safetensors file");
    }

    private static Dictionary<string, SafetensorsFile> OpenSingle(string path, List<SafetensorsFile> opened)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        opened.Add(file);
        return file.Entries.Keys.ToDictionary(name => name, _ => file, StringComparer.Ordinal);
    }

    private static Dictionary<string, SafetensorsFile> OpenShards(string index, List<SafetensorsFile> opened)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(index))!;
        var byShard = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        var files = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach ((string name, string shard) in SafetensorsIndex.Read(index))
        {
            if (!byShard.TryGetValue(shard, out SafetensorsFile? file))
            {
                file = SafetensorsFile.Open(System.IO.Path.Combine(folder, shard));
                opened.Add(file);
                byShard.Add(shard, file);
            }

            files.Add(name, file.Entries.ContainsKey(name)
                ? file
                : throw InputException.At(index, $"weight_map places it in {shard}, which does not have it", "download the checkpoint again", field: SafetensorsHeader.TensorName(name)));
        }

        return files;
    }

    private SafetensorsFile File(string name) => _files.TryGetValue(name, out SafetensorsFile? file)
        ? file
        : throw InputException.At(Path, $"{SafetensorsHeader.TensorName(name)} is not among its {_files.Count} tensors{NearestName.Hint(name, _files.Keys)}", "use a checkpoint that has it");
}
