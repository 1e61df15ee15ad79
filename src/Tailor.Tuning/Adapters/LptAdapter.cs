using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// LPT (Dong et al., ICLR 2023). Phase 1: prompts in every block that all images share. Phase 2: besides those, now frozen, a pool of prompt sets for the blocks from K on, each with a key. An image's query is its feature in the phase-1
/// model; the k sets whose keys have the largest cosine with it are averaged and stand behind the shared prompts. Up to block K both passes are one, so it is run once. Keys learn through the matching term alone, sets through the
/// classes alone, and only where they were chosen.
/// </summary>
public sealed class LptAdapter : Adapter
{
    private readonly IReadOnlyList<LayerSites> _layers;
    private readonly SharedRows[] _shared;
    private readonly GroupRows[] _groups;
    private readonly Parameter _keys;
    private readonly int _choices;
    private readonly double _matching;

    /// <summary>Declares the adapter's parameters.</summary>
    /// <param name="recipe">Rows a prompt, blocks with shared prompts alone, sets of the pool and how many are chosen.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="sites">The encoder.</param>
    /// <param name="hidden">Its width.</param>
    /// <exception cref="InputException">The encoder takes no such prompts, or has no more blocks than are to have shared prompts alone.</exception>
    public LptAdapter(AdapterRecipe recipe, ParameterBuilder build, EncoderSites sites, int hidden)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        _layers = AdapterTargets.PromptLayers(recipe, sites);
        SharedLayers = recipe.SharedLayers < _layers.Count
            ? recipe.SharedLayers
            : throw new InputException($"adapter.shared_layers {recipe.SharedLayers} leaves no block to the group prompts: the encoder has {_layers.Count} blocks; give {_layers.Count - 1} or less, half of them is the paper's");
        (_choices, _matching) = (recipe.TopK, recipe.Matching);
        var start = new Initial(recipe.InitStd);
        _shared = [.. _layers.Select(layer => new SharedRows(build.Get(layer.Path + "shared_prompt", start, recipe.Tokens, hidden)))];
        _groups = [.. _layers.Skip(SharedLayers).Select(layer => new GroupRows(build.Get(layer.Path + "group_prompts", start, recipe.Pool, recipe.Tokens, hidden)))];
        _keys = build.Get("lpt.keys", start, recipe.Pool, hidden);
    }

    /// <summary>K: blocks that have the shared prompts alone.</summary>
    public int SharedLayers { get; }

    /// <summary>The sets of the pool.</summary>
    public int Pool => (int)_keys.Value.shape[0];

    /// <summary>Whether group prompts take part: phase 2.</summary>
    public bool Groups { get; private set; }

    /// <summary>The sets chosen in the pass that was made last, int64 [images, k], the surest first; null before one, and in phase 1.</summary>
    public Tensor? Chosen { get; private set; }

    /// <inheritdoc/>
    public override Tensor? Penalty => _penalty;

    private Tensor? _penalty;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [.. _shared.Select(prompt => prompt.Value), .. _groups.Select(group => group.Pool), _keys];

    /// <inheritdoc/>
    public override bool CanMerge => false;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> TrainedIn(StageRecipe stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        return stage.Prompts == PromptPhase.Shared ? [.. _shared.Select(prompt => prompt.Value)] : [.. _groups.Select(group => group.Pool), _keys];
    }

    /// <inheritdoc/>
    public override int FirstLayer(Parameter parameter) => SharedLayers;

    /// <inheritdoc/>
    public override void Enter(StageRecipe stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        Groups = stage.Prompts == PromptPhase.Group;
    }

    /// <inheritdoc/>
    public override void Begin(DropoutPlaces dropout) => (Chosen, _penalty) = (null, null);

    /// <inheritdoc/>
    public override void Attach() => Stand(groups: Groups);

    /// <inheritdoc/>
    public override void Detach()
    {
        foreach (LayerSites layer in _layers)
        {
            layer.Prompts = [];
        }
    }

    /// <summary>Makes the query pass: the phase-1 model, from the rows before block K on.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="rows">[images, rows, hidden] before block K.</param>
    /// <returns>[images, hidden], without gradient.</returns>
    public Tensor Query(VisionEncoder encoder, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        using var _ = no_grad();
        Stand(groups: false);
        try
        {
            return encoder.ReadFrom(SharedLayers, rows.detach(), DropoutPlaces.Off);
        }
        finally
        {
            Stand(groups: true);
        }
    }

    /// <summary>Chooses each image's sets by its query, and sets their mean into the blocks from K on.</summary>
    /// <param name="queries">[images, hidden].</param>
    public void Choose(Tensor queries)
    {
        ArgumentNullException.ThrowIfNull(queries);

        // Norms are kept above 1e-12, so that a key of zeros is merely never alike.
        Tensor similarity = F.normalize(queries, dim: 1).matmul(F.normalize(_keys.Value, dim: 1).t());
        Chosen = similarity.detach().sort(dim: 1, descending: true, stable: true).Indices.narrow(1, 0, _choices).contiguous();
        _penalty = similarity.gather(1, Chosen).mean([1]).mul(LastingScalar.Of(-_matching));
        foreach (GroupRows group in _groups)
        {
            group.Chosen = Chosen;
        }
    }

    private void Stand(bool groups)
    {
        for (int layer = 0; layer < _layers.Count; layer++)
        {
            _layers[layer].Prompts = groups && layer >= SharedLayers ? [_shared[layer], _groups[layer - SharedLayers]] : [_shared[layer]];
        }
    }

    /// <summary>One block's prompts of all sets, [pool, rows, hidden], of which each image sees the mean of those chosen for it.</summary>
    private sealed class GroupRows(Parameter pool) : BlockPrompt
    {
        public Parameter Pool => pool;

        public Tensor? Chosen { get; set; }

        public override int Count => (int)pool.Value.shape[1];

        public override Tensor Rows(int images)
        {
            Tensor chosen = Chosen ?? throw new InvalidOperationException("No prompt has been chosen.");
            return pool.Value.index_select(0, chosen.flatten()).view(images, chosen.shape[1], Count, -1).mean([1]).view(images * Count, -1);
        }
    }
}
