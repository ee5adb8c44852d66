namespace Sluice.Edge.Transport;

/// <summary>What the kernel says of a socket.</summary>
[Flags]
internal enum Readiness
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Bytes have arrived, or the end has.</summary>
    Bytes = 1,

    /// <summary>There is room to send.</summary>
    Room = 2,

    /// <summary>The client sends no more, or the connection is broken.</summary>
    Ending = 4,
}
