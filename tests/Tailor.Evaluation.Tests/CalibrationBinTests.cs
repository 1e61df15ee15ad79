namespace Tailor.Evaluation.Tests;

public class CalibrationBinTests
{
    [Fact]
    public void Answers_fall_into_bins_open_below_and_closed_above()
    {
        IReadOnlyList<CalibrationBin> bins = CalibrationBin.Of([(0, false), (0.5, true), (0.6, true), (1, false)], bins: 2);
        Assert.Equal([new CalibrationBin(0, 0.5, 2, 1, 0.5), new CalibrationBin(0.5, 1, 2, 1, 1.6)], bins);
        Assert.Equal((0.5, 0.8), (bins[1].Accuracy, bins[1].Confidence));
        Assert.Equal((Math.Abs(1 - 0.5) + Math.Abs(1 - 1.6)) / 4, CalibrationBin.ExpectedError(bins), 1e-15);
    }

    [Fact]
    public void An_empty_bin_has_neither_accuracy_nor_confidence()
    {
        IReadOnlyList<CalibrationBin> bins = CalibrationBin.Of([(0.9, true)]);
        Assert.Equal(15, bins.Count);
        Assert.Equal((null, null), (bins[0].Accuracy, bins[0].Confidence));
        Assert.Throws<ArgumentOutOfRangeException>(() => CalibrationBin.Of([], bins: 0));
    }
}
