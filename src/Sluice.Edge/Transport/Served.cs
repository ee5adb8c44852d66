namespace Sluice.Edge.Transport;

/// <summary>How far what had arrived was served on the poller's thread.</summary>
internal enum Served
{
    /// <summary>All of it: the next news is awaited.</summary>
    All,

    /// <summary>An answer waits for room: it goes on, and whatever comes after it, when the kernel says so. Nothing may be touched any more: that may be now.</summary>
    Later,

    /// <summary>There is something left to do, with what has been received.</summary>
    NotAll,

    /// <summary>The same, and there may be more to receive.</summary>
    NotAllThatCame,
}
