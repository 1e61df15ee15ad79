namespace Tailor.Tuning;

/// <summary>What the stages say of weights and adapter, taken together.</summary>
internal static class StageWeights
{
    /// <summary>Whether the adapter still stands on the backbone in a stage.</summary>
    public static bool AdapterStands(Recipe recipe, int stage) => recipe.Adapter.Kind != AdapterKind.None && recipe.Stages.Take(stage + 1).All(s => s.Adapter == AdapterFate.Keep);

    /// <summary>Whether the adapter stands on the backbone when all stages are over.</summary>
    public static bool AdapterStandsAtTheEnd(Recipe recipe) => AdapterStands(recipe, recipe.Stages.Count - 1);

    /// <summary>Whether a kind can be folded into plain weights.</summary>
    public static bool CanMerge(AdapterKind kind) => kind is AdapterKind.Lora or AdapterKind.Ia3 or AdapterKind.BitFit or AdapterKind.LayerNorm or AdapterKind.Ssf;

    /// <summary>What is wrong with the stages of a recipe, and what to do, or null.</summary>
    public static (string Found, string Remedy)? Fault(Recipe recipe)
    {
        for (int i = 0; i < recipe.Stages.Count; i++)
        {
            StageRecipe stage = recipe.Stages[i];
            bool stood = recipe.Adapter.Kind != AdapterKind.None && (i == 0 || AdapterStands(recipe, i - 1));
            if (i == 0 && (stage.Backbone, stage.Head, stage.Adapter) != (WeightStart.Previous, WeightStart.Previous, AdapterFate.Keep))
            {
                return ("stage 0 says where its weights start, and all start from the model directory", "leave backbone, head and adapter out of stage 0");
            }

            if (stage.Adapter != AdapterFate.Keep && !stood)
            {
                return ($"stage {i} is to {(stage.Adapter == AdapterFate.Drop ? "drop" : "merge")} an adapter, and there is none", "give the recipe an adapter, or leave adapter out of the stage");
            }

            if (stage.Adapter == AdapterFate.Merge && !CanMerge(recipe.Adapter.Kind))
            {
                return ($"stage {i} is to merge an adapter that no plain weight can hold", "drop it, or keep it; lora, ia3, bitfit, layer_norm and ssf can be merged");
            }

            if (stage.Adapter == AdapterFate.Merge && stage.Backbone == WeightStart.Fresh)
            {
                return ($"stage {i} merges the adapter and puts the pretrained backbone back, which undoes it", "take adapter drop, or backbone previous");
            }

            if (stage.Train == TrainScope.Adapter && !AdapterStands(recipe, i))
            {
                return ($"stage {i} trains an adapter, and there is none", "give the recipe an adapter, or train head");
            }

            if (stage.Prompts == PromptPhase.Group && (recipe.Adapter.Kind != AdapterKind.Lpt || !AdapterStands(recipe, i)))
            {
                return ($"stage {i} has prompts group, and there is no adapter of kind lpt", "give the recipe adapter kind lpt, or leave prompts out of the stage");
            }

            if (stage.Prompts == PromptPhase.Group && recipe.Stages.Take(i).All(before => before is not { Prompts: PromptPhase.Shared, Train: not TrainScope.Head }))
            {
                return ($"stage {i} is LPT's phase 2, and no stage before it trains the shared prompts, whose model makes the queries", "put a stage with train adapter and prompts shared before it");
            }

            if (stage.Prompts == PromptPhase.Group && stage.Train is TrainScope.All or TrainScope.LastLayers)
            {
                return ($"stage {i} is LPT's phase 2 and trains the backbone, whose queries stand still there", "take train adapter, or train head");
            }

            if (stage.Mixout > 0 && AdapterStands(recipe, i))
            {
                return ($"stage {i} has mixout beside an adapter, and both change the linear layers", "drop the adapter in this stage, or leave mixout out");
            }
        }

        return null;
    }
}
