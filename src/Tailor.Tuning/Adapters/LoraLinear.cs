using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>The low-rank updates of one linear layer, one for each adapted part of it.</summary>
internal sealed class LoraLinear : LinearAdapter
{
    private readonly Update[] _updates;
    private readonly double _scale, _dropout;
    private readonly long _outputs;

    public LoraLinear(AdapterRecipe recipe, ParameterBuilder build, Linear layer, IReadOnlyList<AdaptedPart> parts)
    {
        long inputs = layer.Weight.Value.shape[1];
        _outputs = layer.Weight.Value.shape[0];
        int rank = AdapterRecipe.Known(recipe.Rank);
        _scale = recipe.Alpha / (recipe.RankStabilized ? Math.Sqrt(rank) : rank);
        _dropout = recipe.Dropout;
        _updates = parts.Select(part =>
        {
            if (rank > Math.Min(inputs, part.Rows))
            {
                throw new InputException($"adapter.r {rank} is above the width of {part.Path}, {part.Rows} x {inputs}; a rank of {Math.Min(inputs, part.Rows)} is all there is");
            }

            return new Update(
                part,
                build.Get(part.Path + ".lora_A.weight", Initial.UniformFor(inputs), rank, inputs),
                build.Get(part.Path + ".lora_B.weight", Initial.Zeros, part.Rows, rank),
                recipe.Magnitude ? build.From(part.Path + ".lora_magnitude_vector", () => RowNorms(layer.Weight.Value.narrow(0, part.FirstRow, part.Rows))) : null);
        }).ToArray();
    }

    public DropoutPlaces Pass { get; set; } = DropoutPlaces.Off;

    public IEnumerable<Parameter> Parameters => _updates.SelectMany(update => update.Magnitude is { } magnitude ? [update.A, update.B, magnitude] : new[] { update.A, update.B });

    public bool CoversAll => _updates.Sum(update => update.Part.Rows) == _outputs;

    public override Tensor Forward(Linear layer, Tensor x, long first, long count)
    {
        Tensor plain = layer.Plain(x, first, count);
        Update[] updates = _updates.Where(update => update.Part.Within(first, count)).ToArray();
        if (updates.Length == 0)
        {
            return plain;
        }

        Tensor dropped = Pass.Apply(x, _dropout);
        var columns = new List<Tensor>();
        long at = first;
        foreach (Update update in updates)
        {
            if (update.Part.FirstRow > at)
            {
                columns.Add(plain.narrow(1, at - first, update.Part.FirstRow - at));
            }

            Tensor own = updates.Length == 1 && update.Part.Rows == count ? plain : plain.narrow(1, update.Part.FirstRow - first, update.Part.Rows);
            columns.Add(Updated(layer, update, own, Linear.Apply(Linear.Apply(dropped, update.A.Value, null), update.B.Value, null).mul(LastingScalar.Of(_scale))));
            at = update.Part.FirstRow + update.Part.Rows;
        }

        if (at < first + count)
        {
            columns.Add(plain.narrow(1, at - first, first + count - at));
        }

        return columns.Count == 1 ? columns[0] : cat(columns, 1);
    }

    public override (Tensor Weight, Tensor? Bias) Merged(Linear layer)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = layer.Weight.Value.detach().clone();
        foreach (Update update in _updates)
        {
            Tensor rows = weight.narrow(0, update.Part.FirstRow, update.Part.Rows);
            Tensor sum = rows.add(Low(update), LastingScalar.One);
            rows.copy_(update.Magnitude is { } magnitude ? sum.mul(magnitude.Value.detach().div(RowNorms(sum)).unsqueeze(1)) : sum);
        }

        return (weight.MoveToOuterDisposeScope(), layer.Bias?.Value.detach().alias().MoveToOuterDisposeScope());
    }

    private Tensor Updated(Linear layer, Update update, Tensor plain, Tensor low)
    {
        if (update.Magnitude is not { } magnitude)
        {
            return plain.add(low, LastingScalar.One);
        }

        // The norm is taken as a constant: DoRA, section 4.3.
        (AdaptedPart part, Tensor? bias) = (update.Part, layer.Bias?.Value.narrow(0, update.Part.FirstRow, update.Part.Rows));
        Tensor norm;
        using (no_grad())
        {
            norm = RowNorms(layer.Weight.Value.narrow(0, part.FirstRow, part.Rows).add(Low(update), LastingScalar.One));
        }

        Tensor sum = (bias is null ? plain : plain.sub(bias)).add(low, LastingScalar.One).mul(magnitude.Value.div(norm));
        return bias is null ? sum : sum.add(bias, LastingScalar.One);
    }

    private Tensor Low(Update update) => update.B.Value.detach().matmul(update.A.Value.detach()).mul(LastingScalar.Of(_scale));

    private static Tensor RowNorms(Tensor weight) => weight.pow(LastingScalar.Of(2)).sum(1).sqrt();

    private sealed record Update(AdaptedPart Part, Parameter A, Parameter B, Parameter? Magnitude);
}
