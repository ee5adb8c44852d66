namespace Sluice.TestKit.Processes;

/// <summary>Waiting, with a bound, for what another process does in its own time.</summary>
public static class Eventually
{
    /// <summary>True as soon as the condition holds; false when it never did within the limit.</summary>
    public static async Task<bool> HoldsAsync(Func<Task<bool>> condition, TimeSpan within)
    {
        var time = TimeProvider.System;
        var begun = time.GetTimestamp();
        while (!await condition())
        {
            if (time.GetElapsedTime(begun) > within)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(50), time);
        }

        return true;
    }

    public static Task<bool> HoldsAsync(Func<bool> condition, TimeSpan within) =>
        HoldsAsync(() => Task.FromResult(condition()), within);

    /// <summary>Lets real time pass, where what is tested is another process's clock.</summary>
    public static Task PassAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System);
}
