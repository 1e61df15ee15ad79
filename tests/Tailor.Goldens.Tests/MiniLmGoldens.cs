using System.Text.Json.Nodes;
using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>minilm.safetensors: a real 22 M parameter checkpoint on real texts; states, and gradient norms of a fixed loss. Needs the weights beside the goldens.</summary>
public class MiniLmGoldens
{
    [Fact]
    public void Real_checkpoint_agrees_with_the_reference()
    {
        JsonObject golden = JsonNode.Parse(File.ReadAllText(GoldenFolder.Require("minilm.json")))!.AsObject();
        if (GoldenFolder.Shared("models/minilm-l6") is not { } directory)
        {
            Tally.Skip("minilm", 5, "the weights models/minilm-l6 are not beside the goldens");
            return;
        }

        Libtorch.Load(1);
        using SafetensorsFile file = SafetensorsFile.Open(GoldenFolder.Require("minilm.safetensors"));
        using TextBackbone backbone = TextBackbone.Load(directory, 0);
        string[] texts = golden["texts"]!.AsArray().Select(t => t!.GetValue<string>()).ToArray();
        TokenSequence[] sequences = texts.Select(t => new TokenSequence(backbone.Tokenizer.EncodeIds(t, null, 256, out int first), first)).ToArray();
        using PackedBatch batch = PackedBatch.Of(sequences);
        Tally.RunAll("minilm", ["ids", "cls", "mean", "pooler", "gradient norms"], check => check, check =>
        {
            using DisposeScope scope = NewDisposeScope();
            switch (check)
            {
                case "ids":
                    Assert.Equal(golden["ids"]!.AsArray().Select(row => row!.AsArray().Select(n => n!.GetValue<int>()).ToArray()), sequences.Select(s => s.Ids));
                    break;
                case "cls":
                    Near.Equal(file.Read("cls"), backbone.Encoder.ForwardRead(batch, DropoutPlaces.Off), Near.Losses, check);
                    break;
                case "mean":
                    Tensor states = backbone.Encoder.Forward(batch, DropoutPlaces.Off);
                    Near.Equal(file.Read("mean"), stack(Enumerable.Range(0, batch.Sequences).Select(s => states.narrow(0, batch.Offsets[s], batch.Offsets[s + 1] - batch.Offsets[s]).mean([0])).ToArray()), Near.Losses, check);
                    break;
                case "pooler":
                    Near.Equal(file.Read("pooler"), backbone.Encoder.Pool(backbone.Encoder.ForwardRead(batch, DropoutPlaces.Off)), Near.Losses, check);
                    break;
                default:
                    Tensor read = backbone.Encoder.ForwardRead(batch, DropoutPlaces.Off), loss = read.pow(2).mean().add(backbone.Encoder.Pool(read).mean());
                    Near.Equal(file.Read("loss").item<float>(), loss.item<float>(), Near.Losses, "loss");
                    loss.backward();
                    CompareNorms(golden["grad_norms"]!.AsObject(), backbone);
                    break;
            }
        });
    }

    private static void CompareNorms(JsonObject norms, TextBackbone backbone)
    {
        double largest = norms.Max(n => n.Value!.GetValue<double>());
        Dictionary<string, double> actual = backbone.Parameters.SelectMany(ParameterGradient.ByPart).ToDictionary(p => p.Key["bert.".Length..], p => p.Value.to(ScalarType.Float64).norm().item<double>(), StringComparer.Ordinal);
        foreach ((string name, JsonNode? norm) in norms)
        {
            double expected = norm!.GetValue<double>();
            Assert.True(Math.Abs(expected - actual[name]) <= Near.Gradients * Math.Max(expected, 1e-3 * largest), $"{name}: {actual[name]:R}, expected {expected:R}");
        }
    }
}
