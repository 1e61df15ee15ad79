using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>How many numbers the adapters of the vision papers train on ViT-B/16, counted on shapes without weights (LIFT, ICML 2024, table of modules; LPT, ICLR 2023).</summary>
public sealed class AdapterCountTests : IDisposable
{
    private const int Width = 768, Blocks = 12;

    private readonly VisionBackbone _backbone;

    public AdapterCountTests()
    {
        Libtorch.Load(1);
        var config = new VisionConfig { Architecture = VisionArchitecture.Vit, HiddenSize = Width, Layers = Blocks, Heads = 12, IntermediateSize = 4 * Width, ImageSize = 224, PatchSize = 16 };
        _backbone = VisionBackbone.Create(config, 1, new Device(DeviceType.META));
    }

    public void Dispose() => _backbone.Dispose();

    [Fact]
    public void The_encoder_has_the_published_size() => Assert.Equal(85_798_656, _backbone.Parameters.Sum(p => p.Count));

    [Theory]
    [InlineData(AdapterKind.SoftPrompt, 10 * Width)]
    [InlineData(AdapterKind.DeepPrompt, 10 * Width * Blocks)]
    [InlineData(AdapterKind.BitFit, 11 * Width * Blocks)]
    [InlineData(AdapterKind.LayerNorm, (4 * Width * Blocks) + (2 * Width))] // both norms of every block, as LIFT has it, and the final norm
    [InlineData(AdapterKind.Ssf, 2 * ((3 + 1 + 4 + 1 + 1 + 1) * Width * Blocks))]
    public void Kinds_without_a_width(AdapterKind kind, long expected) => Assert.Equal(expected, Count(new AdapterRecipe { Kind = kind, Tokens = 10 }));

    [Theory]
    [InlineData("CIFAR-100", 100, 4, 101_436)]
    [InlineData("Places", 365, 8, 175_212)]
    [InlineData("ImageNet", 1000, 32, 617_868)]
    [InlineData("iNaturalist 2018", 8142, 256, 4_749_324)]
    public void Kinds_whose_width_follows_from_the_classes(string data, int classes, long r, long adaptFormer)
    {
        Assert.Equal((data, adaptFormer), (data, Count(new AdapterRecipe { Kind = AdapterKind.AdaptFormer, Width = null }.For(classes, Blocks))));
        Assert.Equal(adaptFormer - Blocks, Count(new AdapterRecipe { Kind = AdapterKind.AdaptFormer, Width = null, Placement = AdapterPlacement.Sequential }.For(classes, Blocks)));
        Assert.Equal(4 * Width * r * Blocks, Count(new AdapterRecipe { Kind = AdapterKind.Lora, Rank = null }.For(classes, Blocks)));
    }

    [Fact]
    public void Lpt_trains_its_shared_prompts_first_and_then_the_pool_and_its_keys()
    {
        Adapter lpt = Create(RecipeCatalogue.Load("lpt").Adapter);
        long Trained(PromptPhase phase) => lpt.TrainedIn(new StageRecipe { Prompts = phase }).Sum(p => p.Count);
        Assert.Equal((92_160, 921_600 + 15_360), (Trained(PromptPhase.Shared), Trained(PromptPhase.Group)));
        Assert.Equal(1_013_760 + 15_360, lpt.Parameters.Sum(p => p.Count));
    }

    private long Count(AdapterRecipe recipe)
    {
        Adapter adapter = Create(recipe);
        return adapter.Parameters.Concat(adapter.BackboneParameters).Sum(p => p.Count);
    }

    private Adapter Create(AdapterRecipe recipe) => Adapter.Create(recipe, _backbone.Build, _backbone.Encoder.Sites, Width)!;
}
