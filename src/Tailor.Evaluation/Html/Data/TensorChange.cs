namespace Tailor.Evaluation;

/// <summary>How far one tensor of an encoder layer moved.</summary>
/// <param name="Layer">The layer, from 0.</param>
/// <param name="Name">The tensor's name within its layer, such as <c>attention.self.query.weight</c>.</param>
/// <param name="MeanAbsolute">The mean of |Δθ| over its entries.</param>
/// <param name="MeanRelative">The mean of |Δθ| / (|θ₀| + 1e-7).</param>
public sealed record TensorChange(int Layer, string Name, double MeanAbsolute, double MeanRelative);
