namespace Sluice.Edge.Transport;

/// <summary>Hears of every hit that the transport answers itself, once its answer is on its way or broke off.</summary>
public interface IHitLog
{
    /// <summary>Notes a hit. Called on a socket's thread: it must not wait.</summary>
    void Note(in HitEntry hit);
}
