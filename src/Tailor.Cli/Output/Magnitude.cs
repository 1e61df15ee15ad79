namespace Tailor.Cli;

/// <summary>Numbers and times as people read them.</summary>
internal static class Magnitude
{
    /// <summary>A count with three digits and its unit: 950, 12.3k, 4.56M.</summary>
    public static string Of(double count) => count switch
    {
        < 1e3 => $"{count:F0}",
        < 1e4 => $"{count / 1e3:F2}k",
        < 1e5 => $"{count / 1e3:F1}k",
        < 1e6 => $"{count / 1e3:F0}k",
        < 1e7 => $"{count / 1e6:F2}M",
        < 1e8 => $"{count / 1e6:F1}M",
        < 1e9 => $"{count / 1e6:F0}M",
        _ => $"{count / 1e9:F2}G",
    };

    /// <summary>A time: 42s, 3:05, 2:00:07.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 60 } => $"{time.TotalSeconds:F0}s",
        { TotalHours: < 1 } => $"{time.Minutes}:{time.Seconds:D2}",
        _ => $"{(long)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}",
    };
}
