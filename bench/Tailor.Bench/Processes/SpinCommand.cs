using System.CommandLine;

namespace Tailor.Bench;

/// <summary><c>spin</c>: the busy process of <c>busy</c>, which kills it; left alone it ends by itself.</summary>
internal sealed class SpinCommand : Command
{
    public SpinCommand()
        : base("spin", "Keeps one processor busy for at most ten minutes.")
    {
        Hidden = true;
        SetAction(_ =>
        {
            long end = Environment.TickCount64 + (10 * 60 * 1000);
            while (Environment.TickCount64 < end)
            {
                Thread.SpinWait(1000);
            }
        });
    }
}
