namespace Sluice.Core.Background;

/// <summary>Begins what goes on for as long as the app does, without the context of the request that came first: all that holds would be kept as long, and its trace and id be on what is logged.</summary>
public static class Detached
{
    /// <summary>Begins work on the thread pool.</summary>
    public static Task Run(Func<Task> work)
    {
        using (ExecutionContext.SuppressFlow()) return Task.Run(work);
    }

    /// <summary>Begins work that has a result.</summary>
    public static Task<T> Run<T>(Func<Task<T>> work)
    {
        using (ExecutionContext.SuppressFlow()) return Task.Run(work);
    }

    /// <summary>Begins work anew each time.</summary>
    public static ITimer Every(TimeSpan period, Action work, TimeProvider time)
    {
        using (ExecutionContext.SuppressFlow()) return time.CreateTimer(_ => work(), null, period, period);
    }
}
