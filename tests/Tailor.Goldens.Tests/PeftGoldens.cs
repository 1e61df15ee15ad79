using System.Text.Json.Nodes;
using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Goldens.Tests;

/// <summary>peft/NAME: adapters as PEFT saves them, on the small BERT and ViT checkpoints: logits, loss, every gradient, ten AdamW steps, merged logits.</summary>
public class PeftGoldens
{
    public static TheoryData<string> Names => Directory.Exists(GoldenFolder.Of("peft"))
        ? [.. Directory.GetDirectories(GoldenFolder.Of("peft")).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)]
        : [];

    [Theory]
    [MemberData(nameof(Names))]
    public void Adapter_agrees_with_the_reference(string name)
    {
        string directory = GoldenFolder.Of(Path.Combine("peft", name)), kind = $"peft/{name}";
        string model = GoldenFolder.Of(JsonNode.Parse(File.ReadAllText(Path.Combine(directory, "adapter_config.json")))!["base_model_name_or_path"]!.GetValue<string>());
        if (!Golden.Supports(model))
        {
            Tally.Skip(kind, 1, "this architecture is not built yet");
        }

        Libtorch.Load(1);
        using var golden = new Golden(directory, model);
        Tally.RunAll(kind, golden.Checks, check => check, golden.Check);
        if (golden.Projected)
        {
            // PEFT stores what the projection made and not the projection, so its gradients cannot be made again.
            Tally.Count(kind, skipped: 2);
        }
    }

    private sealed class Golden(string directory, string model) : IDisposable
    {
        private readonly SafetensorsFile _file = SafetensorsFile.Open(Path.Combine(directory, "golden.safetensors"));

        public static bool Supports(string model) => Type(model) is "bert" or "vit";

        public bool Projected { get; } = PeftFolder.ReadConfig(directory).Projection is not null;

        public IEnumerable<string> Checks => new[] { "logits", "loss", "gradients", "ten steps", "merged logits", "saved again" }
            .Where(check => check switch { "merged logits" => _file.Entries.ContainsKey("merged.logits"), "ten steps" => !Projected, _ => true });

        public void Check(string check)
        {
            using DisposeScope scope = NewDisposeScope();
            using var adapted = new Adapted(this);
            switch (check)
            {
                case "logits": Near.Equal(_file.Read("out.logits"), adapted.Logits(), Near.Losses, check); break;
                case "loss": Near.Equal(_file.Read("loss").item<float>(), adapted.Loss().item<float>(), Near.Losses, check); break;
                case "gradients": Gradients(adapted); break;
                case "ten steps": TenSteps(adapted); break;
                case "merged logits": Near.Equal(_file.Read("merged.logits"), adapted.Merged(), Near.Losses, check); break;
                default: SavedAgain(adapted); break;
            }
        }

        public void Dispose() => _file.Dispose();

        private void Gradients(Adapted adapted)
        {
            adapted.Loss().backward();
            Dictionary<string, Tensor> gradients = adapted.Trained.SelectMany(ParameterGradient.ByPart).ToDictionary(g => NameMap.ImageNameInMemory(g.Key) ?? g.Key, g => g.Value);
            int compared = 0;
            foreach (string key in _file.Entries.Keys.Where(key => key.StartsWith("grad.", StringComparison.Ordinal)))
            {
                string name = Ours(key);
                if (!Projected || !name.StartsWith("prompt_encoder.", StringComparison.Ordinal))
                {
                    compared++;
                    Tensor expected = _file.Read(key);
                    Near.Equal(expected, gradients[name].view(expected.shape), Near.Gradients, "gradient of " + name, ParameterGradient.LeastScale(name, gradients));
                }
            }

            Assert.Equal(gradients.Count, compared + (Projected ? 1 : 0));
        }

        private void TenSteps(Adapted adapted)
        {
            using var optimizer = new AdamW([new ParameterGroup { Parameters = [.. adapted.Trained] }], 0.9, 0.999, 1e-8);
            Tensor losses = _file.Read("losses");
            for (int step = 0; step < 10; step++)
            {
                Tensor loss = adapted.Loss();
                Near.Equal(losses[step].item<float>(), loss.item<float>(), Near.Steps, $"loss before step {step + 1}");
                loss.backward();
                optimizer.Step(1e-2, 0);
            }
        }

        /// <summary>What we write, we read back to the same logits, under the names of PEFT's own file.</summary>
        private void SavedAgain(Adapted adapted)
        {
            string folder = Path.Combine(Path.GetTempPath(), $"tailor-peft-{Guid.NewGuid():N}");
            try
            {
                PeftFolder.Save(folder, adapted.Recipe, adapted.Adapter, "models/x");
                using SafetensorsFile own = SafetensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors")), theirs = SafetensorsFile.Open(Path.Combine(directory, "adapter_model.safetensors"));
                Assert.Equal(
                    theirs.Entries.Keys.Where(key => !key.Contains("classifier", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
                    own.Entries.Keys.Order(StringComparer.Ordinal));
                using var again = new Adapted(this, folder);
                Near.Equal(adapted.Logits(), again.Logits(), 1e-7, "logits of the adapter saved again");
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        private static string Type(string model) => JsonNode.Parse(File.ReadAllText(Path.Combine(model, "config.json")))!["model_type"]!.GetValue<string>();

        private static string Ours(string key)
        {
            string name = key["grad.".Length..].Replace(".default", "", StringComparison.Ordinal).Replace(".modules_to_save", "", StringComparison.Ordinal)
                .Replace(".base_layer", "", StringComparison.Ordinal).Replace(".ln_tuning_layers", "", StringComparison.Ordinal)
                .Replace("lora_magnitude_vector.weight", "lora_magnitude_vector", StringComparison.Ordinal);
            return name.StartsWith("base_model.model.", StringComparison.Ordinal) ? name["base_model.model.".Length..]
                : name.StartsWith("base_model.", StringComparison.Ordinal) ? name["base_model.".Length..] : name;
        }

        private sealed class Adapted : IDisposable
        {
            private readonly Golden _golden;
            private readonly ParameterBuilder _build;
            private readonly Func<Tensor> _features;
            private readonly Linear _classifier;

            public Adapted(Golden golden, string? adapterFolder = null)
            {
                _golden = golden;
                (string folder, string model) = golden.Folders;
                using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(model);
                _build = new ParameterBuilder(checkpoint, model, "", 0);
                (EncoderSites sites, int hidden, _features) = Type(model) == "vit" ? Vision(model) : Bert(model);
                _classifier = _build.Linear("classifier", hidden, checkpoint.Entry("classifier.weight").Shape[0], Initial.Zeros);

                // The projection is not stored; what it made is read as a prefix of its own.
                Recipe = PeftFolder.ReadConfig(folder) with { Projection = null };
                Adapter = Adapter.Create(Recipe, _build, sites, hidden)!;
                Assert.Empty(PeftFolder.ReadWeights(folder, Adapter, [_classifier.Weight, _classifier.Bias!]));
                if (adapterFolder is not null)
                {
                    Assert.Empty(PeftFolder.ReadWeights(adapterFolder, Adapter, []));
                }
            }

            public AdapterRecipe Recipe { get; }

            public Adapter Adapter { get; }

            public IEnumerable<Parameter> Trained => [.. Adapter.Parameters, .. Adapter.BackboneParameters, _classifier.Weight, _classifier.Bias!];

            public Tensor Logits()
            {
                Adapter.Begin(DropoutPlaces.Off);
                return _classifier.Forward(_features());
            }

            public Tensor Loss() => F.cross_entropy(Logits(), Read("in.labels"));

            public Tensor Merged()
            {
                using var _ = no_grad();
                foreach (Linear linear in Adapter.Linears)
                {
                    (Tensor weight, Tensor? bias) = linear.Adapter!.Merged(linear);
                    linear.Weight.Value.copy_(weight);
                    linear.Bias!.Value.copy_(bias!);
                }

                Adapter.Detach();
                return Logits();
            }

            public void Dispose()
            {
                foreach (Parameter parameter in _build.All)
                {
                    parameter.Dispose();
                }
            }

            private (EncoderSites Sites, int Hidden, Func<Tensor> Features) Vision(string model)
            {
                var encoder = new VisionEncoder(VisionConfig.Read(model), _build);
                return (encoder.Sites, encoder.Config.HiddenSize, () => encoder.ForwardRead(Read("in.pixel_values"), DropoutPlaces.Off));
            }

            private (EncoderSites Sites, int Hidden, Func<Tensor> Features) Bert(string model)
            {
                var encoder = new BertEncoder(BertConfig.Read(model), _build, withPooler: true);
                long[] ids = Read("in.input_ids").data<long>().ToArray();
                int[] lengths = [.. Read("in.attention_mask").sum(1).data<long>().Select(n => (int)n)];
                long[]? types = _golden._file.Entries.ContainsKey("in.token_type_ids") ? Read("in.token_type_ids").data<long>().ToArray() : null;
                int width = ids.Length / lengths.Length;
                PackedBatch batch = PackedBatch.Of([.. lengths.Select((length, b) => new TokenSequence(
                    [.. ids.Skip(b * width).Take(length).Select(id => (int)id)],
                    types?.Skip(b * width).Take(length).Count(type => type == 0) ?? length))]);
                return (encoder.Sites, encoder.Config.HiddenSize, () => encoder.Pool(encoder.ForwardRead(batch, DropoutPlaces.Off)));
            }

            private Tensor Read(string name) => _golden._file.Read(name);
        }

        private (string Adapter, string Model) Folders => (directory, model);
    }
}
