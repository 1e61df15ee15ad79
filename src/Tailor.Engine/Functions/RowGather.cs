using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>Looks up rows of an embedding table.</summary>
public static class RowGather
{
    /// <summary>
    /// The rows of <paramref name="table"/> named by <paramref name="ids"/>. With <see cref="Parameter.Rows"/> on the CPU their gradients are collected there,
    /// and autograd makes no dense gradient of the whole table.
    /// </summary>
    /// <param name="table">A [rows, width] parameter.</param>
    /// <param name="ids">Row numbers, int64 [n], on the table's device.</param>
    /// <returns>A [n, width] tensor.</returns>
    public static Tensor Apply(Parameter table, Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(ids);
        return table.Rows is not null && table.Trainable && is_grad_enabled() && table.Value.device_type == DeviceType.CPU
            ? Lookup.apply(table.Value, ids, table.Rows)
            : table.Value.index_select(0, ids);
    }

    // index_select checks the ids and copies rows with all threads; only its gradient is a burden.
    private sealed class Lookup : autograd.SingleTensorFunction<Lookup>
    {
        public override string Name => nameof(RowGather);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var ids = (Tensor)vars[1];
            ctx.save_data("ids", ids.data<long>().ToArray());
            ctx.save_data("rows", vars[2]);
            return ((Tensor)vars[0]).index_select(0, ids);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            ((RowGradient)ctx.get_data("rows")).Accumulate((long[])ctx.get_data("ids"), grad_output);
            return [null!, null!, null!];
        }
    }
}
