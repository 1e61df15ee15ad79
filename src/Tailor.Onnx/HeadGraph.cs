using Tailor.Engine;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Onnx;

/// <summary>A head and its calibrations as a graph, in float32: <see cref="ClassifierModel.Score"/> from the state on.</summary>
/// <param name="graph">The graph.</param>
/// <param name="linear">Its linear layers.</param>
/// <param name="model">The classifier.</param>
/// <param name="weights">The parameters by name.</param>
internal sealed class HeadGraph(GraphBuilder graph, LinearGraph linear, TextModel model, IReadOnlyDictionary<string, Tensor> weights)
{
    /// <summary>The length below which <c>normalize</c> divides by this in its place.</summary>
    private const float LeastLength = 1e-12f;

    private readonly HeadRecipe _recipe = model.Recipe.Head;

    /// <summary>Class scores, [batch, classes], of states, [batch, hidden].</summary>
    public string Build(string state)
    {
        string features = Features(state), scores = model.Fitted?.Means is { } means ? Nearest(means, features) : Classify(features);
        if (model.ScoreChange() is not { } change)
        {
            return scores;
        }

        using Tensor scale = tensor(change.Scale.ToArray()), shift = tensor(change.Shift.ToArray());
        return graph.Node("Add", graph.Node("Mul", scores, graph.Constant("score_scale", scale)), graph.Constant("score_shift", shift));
    }

    private string Features(string state)
    {
        switch (model.Head)
        {
            case ClsHead:
                string read = _recipe.Feature == HeadFeature.Pooler ? graph.Node("Tanh", Linear(Backbones.BertEncoder.PoolerPath, state)) : state;
                string features = BertGraph.Activate(graph, _recipe.Activation == HeadActivation.Tanh ? Activation.Tanh : Activation.Relu, Linear(ClsHead.DensePath, read));
                return _recipe.Norm == HeadNorm.None ? features : Norm(ClsHead.NormPath, features, _recipe.Norm == HeadNorm.Fresh ? ClsHead.FreshEpsilon : ClsHead.PretrainedEpsilon);
            case MlmHead:
                const string path = Backbones.BertMlmHead.TransformPath;
                return Norm(path + ".LayerNorm", BertGraph.Activate(graph, model.Backbone.Config.HiddenActivation, Linear(path + ".dense", state)), model.Backbone.Config.LayerNormEpsilon);
            case LinearHead or CosineHead:
                return state;
            default:
                throw new NotSupportedException($"{model.Head.GetType().Name} has no graph yet.");
        }
    }

    private string Classify(string features)
    {
        using DisposeScope scope = NewDisposeScope();
        switch (model.Head)
        {
            case MlmHead mlm:
                (Tensor rows, Tensor bias) = mlm.ClassLayer();
                return linear.Exact("label_words", features, rows, bias);
            case CosineHead cosine:
                return graph.Node("Mul", linear.Exact("cosine", Normalized(features), cosine.ClassRows!, bias: null), graph.Constant("cosine_scale", (float)_recipe.Scale));
            default:
                return Linear(ClsHead.OutputPath, features);
        }
    }

    private string Nearest(NearestClassMean means, string features)
    {
        using DisposeScope scope = NewDisposeScope();
        int classes = model.Head.Classes;
        Tensor rows = tensor(means.Means.ToArray(), [classes, means.Means.Count / classes]), absent = rows.eq(LastingScalar.Of(0)).all(1);

        // A class without examples is as far as can be, whatever the feature: a row of zeros and a constant say so.
        bool cosine = means.Distance == ClassMeanDistance.Cosine;
        Tensor weight = rows.mul(LastingScalar.Of(cosine ? 1 : 2)), farthest = full_like(absent, LastingScalar.Of(cosine ? -1 : -4), ScalarType.Float32);
        Tensor constant = where(absent, farthest, cosine ? zeros(classes) : rows.pow(LastingScalar.Of(2)).sum(1).neg().sub(LastingScalar.Of(1)));
        return graph.Node("Mul", linear.Exact("class_means", Normalized(features), weight, constant), graph.Constant("class_mean_scale", (float)means.Scale));
    }

    private string Normalized(string features)
    {
        string length = graph.Node("ReduceL2", [features, graph.Constant("last", -1)], ("keepdims", 1L));
        return graph.Node("Div", features, graph.Node("Max", length, graph.Constant("least_length", LeastLength)));
    }

    private string Linear(string path, string x) => linear.Exact(path, x, weights[path + ".weight"], weights[path + ".bias"]);

    private string Norm(string path, string x, double epsilon) => BertGraph.Norm(graph, path, x, weights[path + ".weight"], weights[path + ".bias"], epsilon);
}
