using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Tailor.EndToEnd.Tests;

/// <summary>
/// No code of ours has TorchSharp make a scalar that nothing holds while libtorch reads it (<c>LastingScalar</c> says why): neither by a number where a scalar is asked for, nor by an addition or an operator of tensors, which make one themselves.
/// </summary>
public sealed class LastingScalarTests
{
    private const byte Call = 0x28, CallVirtual = 0x6f;

    [Fact]
    public void Numbers_given_to_libtorch_outlive_the_call()
    {
        string[] files = [.. Directory.GetFiles(Path.GetDirectoryName(TailorProcess.Program)!, "Tailor*.dll")];
        Assert.Contains(files, file => Path.GetFileName(file) == "Tailor.Tuning.dll");
        Assert.Equal("", string.Join("\n", files.SelectMany(Found).Distinct()));
    }

    private static IEnumerable<string> Found(string file)
    {
        using var image = new PEReader(File.OpenRead(file));
        MetadataReader metadata = image.GetMetadataReader();
        Dictionary<int, string> dangerous = metadata.MemberReferences.Where(handle => IsDangerous(metadata, metadata.GetMemberReference(handle)))
            .ToDictionary(handle => MetadataTokens(handle), handle => metadata.GetString(metadata.GetMemberReference(handle).Name));
        var found = new List<string>();
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            string type = metadata.GetString(metadata.GetTypeDefinition(method.GetDeclaringType()).Name);
            if (method.RelativeVirtualAddress == 0 || type == "LastingScalar")
            {
                continue;
            }

            byte[] code = image.GetMethodBody(method.RelativeVirtualAddress).GetILBytes() ?? [];
            for (int i = 0; i + 5 <= code.Length; i++)
            {
                if (code[i] is Call or CallVirtual && dangerous.TryGetValue(BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i + 1)), out string? name))
                {
                    found.Add($"{Path.GetFileName(file)}: {type}.{metadata.GetString(method.Name)} calls {name}");
                }
            }
        }

        return found;
    }

    private static int MetadataTokens(MemberReferenceHandle handle) => System.Reflection.Metadata.Ecma335.MetadataTokens.GetToken(handle);

    private static bool IsDangerous(MetadataReader metadata, MemberReference member)
    {
        if (member.Parent.Kind != HandleKind.TypeReference)
        {
            return false;
        }

        string type = metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name), name = metadata.GetString(member.Name);
        if (type == "Scalar")
        {
            return name == "op_Implicit";
        }

        // The signature: its kind, how many parameters, ...
        int parameters = metadata.GetBlobReader(member.Signature) is var signature && signature.ReadByte() >= 0 ? signature.ReadCompressedInteger() : 0;
        return type == "Tensor" && ((name is "add" or "add_" && parameters == 1) || name is "op_Addition" or "op_Subtraction" or "op_Multiply" or "op_Division");
    }
}
