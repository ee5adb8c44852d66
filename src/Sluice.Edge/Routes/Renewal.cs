namespace Sluice.Edge.Routes;

/// <summary>When a variant's lifetime begins anew because it was asked for (row U051).</summary>
/// <param name="ElapsedPercent">So much of it must be over: one that is asked for all the time is not written all the time.</param>
/// <param name="Remaining">So much of it must be left: one about to end is checked, not prolonged.</param>
public sealed record Renewal(int ElapsedPercent, TimeSpan Remaining)
{
    /// <summary>10 %, and 60 seconds.</summary>
    public static Renewal Default { get; } = new(10, TimeSpan.FromSeconds(60));
}
