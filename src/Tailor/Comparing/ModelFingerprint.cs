using System.Security.Cryptography;
using Tailor.Foundation;

namespace Tailor;

/// <summary>The identity of a model directory: the files that training reads, each with its size and SHA-256. A gigabyte of weights takes about a second.</summary>
internal static class ModelFingerprint
{
    private static readonly string[] Patterns = ["config.json", "*.safetensors", "model.safetensors.index.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"];

    /// <summary>Reads the files.</summary>
    /// <param name="directory">A Hugging Face model directory.</param>
    /// <returns>Size and hash by file name.</returns>
    /// <exception cref="InputException">There is no such directory.</exception>
    public static SortedDictionary<string, string> Of(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new InputException($"{directory}: no such folder; --model takes a Hugging Face model directory with config.json, model.safetensors and a tokenizer");
        }

        return new(Patterns.SelectMany(pattern => Directory.EnumerateFiles(directory, pattern)).ToDictionary(file => Path.GetFileName(file), Describe), StringComparer.Ordinal);
    }

    private static string Describe(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return $"{stream.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(stream))}";
    }
}
