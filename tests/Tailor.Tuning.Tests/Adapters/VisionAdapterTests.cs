using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>Adapters in a whole classifier of pictures.</summary>
public sealed class VisionAdapterTests : IDisposable
{
    private static readonly Dictionary<string, AdapterRecipe> Kinds = new()
    {
        ["lora"] = new() { Kind = AdapterKind.Lora, Rank = 3, Alpha = 1 },
        ["vpt-shallow"] = new() { Kind = AdapterKind.SoftPrompt, Tokens = 3, InitStd = 0.5 },
        ["vpt-deep"] = new() { Kind = AdapterKind.DeepPrompt, Tokens = 3, InitStd = 0.5 },
        ["vpt-deep in one block"] = new() { Kind = AdapterKind.DeepPrompt, Tokens = 2, InitStd = 0.5, Layers = [1] },
        ["adaptformer"] = new() { Kind = AdapterKind.AdaptFormer, Width = 4 },
        ["adaptformer in one block"] = new() { Kind = AdapterKind.AdaptFormer, Width = 4, Layers = [2] },
        ["adapter"] = new() { Kind = AdapterKind.AdaptFormer, Width = 4, Placement = AdapterPlacement.Sequential },
        ["ssf"] = new() { Kind = AdapterKind.Ssf },
        ["ssf in one block"] = new() { Kind = AdapterKind.Ssf, Layers = [0] },
        ["bitfit"] = new() { Kind = AdapterKind.BitFit },
        ["layer norm"] = new() { Kind = AdapterKind.LayerNorm },
        ["lpt phase 1"] = new() { Kind = AdapterKind.Lpt, Tokens = 2, SharedLayers = 1, Pool = 4, TopK = 2, InitStd = 0.5 },
        ["lpt phase 2"] = new() { Kind = AdapterKind.Lpt, Tokens = 2, SharedLayers = 1, Pool = 4, TopK = 2, InitStd = 0.5 },
    };

    private readonly TinyVision _tiny = new();

    public static IEnumerable<TheoryDataRow<string>> Names => Kinds.Keys.Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string, HeadKind>> NamesAndHeads =>
        Kinds.Keys.SelectMany(name => new[] { HeadKind.Linear, HeadKind.Cosine, HeadKind.Cls }.Select(head => new TheoryDataRow<string, HeadKind>(name, head)));

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_of_adapter_and_head_are_the_finite_differences(string name)
    {
        using ImageModel model = Load(name, HeadKind.Linear);
        TinyVision.Scatter([.. Own(model), .. model.Head.Parameters], 0.3);
        Parameter[] parameters = [.. model.Adapter!.TrainedIn(model.Recipe.Stages[^1]), .. model.Adapter.BackboneParameters, .. model.Head.Parameters];
        using DisposeScope scope = NewDisposeScope();
        var pictures = (PictureSet)TinyVision.Examples(4, 6).Examples;
        Tensor weight = ((PictureSet)TinyVision.Examples(1, 7).Examples).Pixels(0).flatten().narrow(0, 0, 12).view(4, 3);
        Tensor Loss()
        {
            using IExampleBatch batch = pictures.Batch([0, 1, 2, 3], CPU);
            Tensor loss = model.Forward(batch, DropoutPlaces.Off).mul(weight).sum();
            return model.Adapter.Penalty is { } penalty ? loss.add(penalty.sum()) : loss;
        }

        Loss().backward();
        FiniteDifferences.Check(parameters, () => Loss().item<float>(), 0.005f, 4, gradient => 0.03 * Math.Max(gradient.abs().max().item<float>(), 0.05));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Taken_away_it_leaves_the_backbone_as_it_was_and_merged_it_changes_nothing(string name)
    {
        using ImageModel model = Load(name, HeadKind.Linear), plain = _tiny.Load(TinyVision.Recipe(head: Head(HeadKind.Linear)));
        ExampleSet examples = TinyVision.Examples(20, 9).Examples;
        float[] untouched = plain.Probabilities(examples);
        if (model.Recipe.Adapter.Kind is AdapterKind.Lora or AdapterKind.AdaptFormer or AdapterKind.BitFit or AdapterKind.LayerNorm)
        {
            // These start as the identity; a sum of zeros keeps the bits of an AdaptFormer.
            Assert.All(untouched.Zip(model.Probabilities(examples)), x => Assert.Equal(x.First, x.Second, 1e-6f));
        }

        model.SetAdapter(stands: false);
        Assert.Equal(untouched, model.Probabilities(examples));
        model.SetAdapter(stands: true);
        TinyVision.Scatter(Own(model), 0.3);
        float[] adapted = model.Probabilities(examples);
        Assert.True(untouched.Zip(adapted).Max(x => Math.Abs(x.First - x.Second)) > 1e-2, "the adapter does nothing");
        if (model.Adapter!.CanMerge)
        {
            model.MergeAdapter();
            Assert.False(model.AdapterStands);
            Assert.All(adapted.Zip(model.Probabilities(examples)), x => Assert.Equal(x.First, x.Second, 1e-5f));
        }
        else
        {
            model.SetAdapter(stands: false);
            Assert.Equal(untouched, model.Probabilities(examples));
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndHeads))]
    public void A_saved_model_predicts_what_it_predicted(string name, HeadKind head)
    {
        using ImageModel model = Load(name, head);
        TinyVision.Scatter([.. Own(model), .. model.Head.Parameters], 0.3);
        ExampleSet examples = TinyVision.Examples(20, 9).Examples;
        float[] before = model.Probabilities(examples);
        string directory = Path.Combine(_tiny.Folder, "saved");
        var tuned = new TunedModel(model.Recipe, TinyVision.Labels, [5, 3, 1], 0.55);
        tuned.Save(model, directory);
        Assert.Equal(before, model.Probabilities(examples));
        (TunedModel description, ClassifierModel loaded) = TunedModel.Load(directory);
        using (loaded)
        {
            Assert.Equal(model.Recipe, description.Recipe);
            Assert.Equal(!model.Adapter!.CanMerge, loaded.AdapterStands);
            Assert.Equal(name == "lpt phase 2", loaded.Adapter is LptAdapter { Groups: true });
            Assert.All(before.Zip(loaded.Probabilities(examples)), x => Assert.Equal(x.First, x.Second, 1e-5f));
            Assert.NotEqual(before[0], before[3]);
            if (loaded.AdapterStands)
            {
                // What was loaded can be saved again.
                tuned.Save(loaded, directory + "-again");
                Assert.Equal(File.ReadAllBytes(Path.Combine(directory, "model.safetensors")), File.ReadAllBytes(Path.Combine(directory + "-again", "model.safetensors")));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_peft_folder_holds_all_of_it(string name)
    {
        using ImageModel model = Load(name, HeadKind.Linear), other = Load(name, HeadKind.Linear);
        TinyVision.Scatter(Own(model), 0.3);
        string directory = Path.Combine(_tiny.Folder, "adapter");
        PeftFolder.Save(directory, model.Recipe.Adapter, model.Adapter!, _tiny.Model);
        AdapterRecipe read = PeftFolder.ReadConfig(directory);
        Assert.Equal((model.Recipe.Adapter.Kind, model.Recipe.Adapter.Placement, model.Recipe.Adapter.TopK), (read.Kind, read.Placement, read.TopK));
        Assert.Empty(PeftFolder.ReadWeights(directory, other.Adapter!, []));
        Assert.All(Own(model).Zip(Own(other)), pair => Assert.Equal(pair.First.Value.bytes.ToArray(), pair.Second.Value.bytes.ToArray()));
    }

    [Fact]
    public void Norms_and_biases_do_not_decay()
    {
        using ImageModel model = Load("adaptformer", HeadKind.Linear);
        string[] decayed = [.. StagePlanner.Grouped(model.Parameters, 0.01).Where(group => group.WeightDecay > 0).SelectMany(group => group.Parameters).Select(p => p.Name)];
        Assert.DoesNotContain(decayed, name => new[] { "norm", ".ln.", "bias" }.Any(part => name.Contains(part, StringComparison.Ordinal)));
        Assert.Subset(decayed.ToHashSet(), new HashSet<string> { "vit.encoder.layer.0.intermediate.dense.weight", "vit.encoder.layer.1.adaptformer.down.weight", "vit.embeddings.cls_token", "head.out.weight" });
    }

    [Fact]
    public void Layers_without_a_bias_are_passed_over_or_refused()
    {
        using var tiny = new TinyVision(queryKeyValueBias: false);
        using ImageModel bitFit = tiny.Load(TinyVision.Recipe(Kinds["bitfit"]));
        Assert.Equal(TinyVision.Blocks * 5, bitFit.Adapter!.BackboneParameters.Count);
        Assert.Equal(
            "adapter ssf folds its shifts into biases, and vit.encoder.layer.0.attention.attention.query_key_value of this model has none; take adapter lora or adaptformer",
            Assert.Throws<InputException>(() => tiny.Load(TinyVision.Recipe(Kinds["ssf"]))).Message);
    }

    private static IEnumerable<Parameter> Own(ImageModel model) => model.Adapter!.Parameters.Concat(model.Adapter.BackboneParameters);

    private static HeadRecipe Head(HeadKind kind) => kind == HeadKind.Cosine ? new() { Kind = kind, Scale = 5 } : new() { Kind = kind, InitStd = 0.5 };

    private ImageModel Load(string name, HeadKind head)
    {
        StageRecipe[] stages = name == "lpt phase 2" ? [TinyVision.Stage(1), TinyVision.Stage(1) with { Prompts = PromptPhase.Group }] : [TinyVision.Stage(1)];
        ImageModel model = _tiny.Load(TinyVision.Recipe(Kinds[name], Head(head), stages));
        model.Adapter!.Enter(stages[^1]);
        model.SetAdapter(stands: true);
        return model;
    }
}
