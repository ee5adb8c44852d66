using Microsoft.Extensions.Logging;
using Sluice.Core.Background;
using Sluice.Core.Sqlite;

namespace Sluice.Core.KeyValue;

/// <summary>Namespaces in one SQLite file, usually kv.db: they survive restarts, and several processes may share the file.</summary>
/// <remarks>Expired rows are deleted once a minute in small batches. A commit survives the death of the process; a power cut may take the last ones.</remarks>
public sealed class SqliteKeyValueStores : KeyValueStores
{
    private const int SweepBatch = 500;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly KeyValueConnection connection;
    private readonly ForwardClock clock;
    private readonly ILogger logger;
    private readonly ITimer timer;
    private readonly CancellationTokenSource stop = new();
    private Task sweep = Task.CompletedTask;
    private bool disposed;

    /// <summary>Opens or creates the file; its folder is created when missing. A damaged file is moved aside.</summary>
    /// <exception cref="IOException">The file cannot be used, or a newer version of this program wrote it; the message says what to do.</exception>
    public SqliteKeyValueStores(string path, TimeProvider time, ILogger logger)
    {
        (clock, this.logger) = (new ForwardClock(time), logger);
        connection = new KeyValueConnection(KeyValueFile.Open(path, logger), KeyValueFile.Open(path, logger));
        timer = Detached.Every(SweepEvery, BeginSweep, time);
    }

    /// <summary>The sweep that runs or ran last.</summary>
    internal Task Sweep => Volatile.Read(ref sweep);

    /// <inheritdoc/>
    protected override IKeyValueStore Create(string name, KeyValueLimits limits) => new SqliteKeyValueStore(name, limits, connection, clock, logger);

    /// <summary>Stores what was used last, and closes the file.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (disposed) return;
        disposed = true;
        await timer.DisposeAsync();
        await stop.CancelAsync();
        await Sweep;
        await SweepAsync(batches: 1, CancellationToken.None);
        connection.Dispose();
        stop.Dispose();
        await base.DisposeAsync();
    }

    private void BeginSweep()
    {
        if (!Sweep.IsCompleted) return;
        Volatile.Write(ref sweep, SweepAsync(int.MaxValue, stop.Token));
    }

    private async Task SweepAsync(int batches, CancellationToken cancellation)
    {
        try
        {
            var now = clock.Now.UtcTicks;
            await connection.WriteAsync(writer =>
            {
                connection.StoreUses();
                writer.Execute($"UPDATE clock SET seen = max(seen, {now})");
            }, cancellation);
            var deleted = SweepBatch;
            for (; deleted == SweepBatch && batches > 0; batches--)
                await connection.WriteAsync(writer => deleted = writer.Execute($"DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE expires <= {now} LIMIT {SweepBatch})"), cancellation);
        }
        catch (OperationCanceledException)
        {
            // Closing; the next start goes on.
        }
        catch (IOException failure)
        {
            logger.LogWarning(KeyValueEvents.SweepFailed, failure, "Expired entries could not be deleted; the next sweep tries again");
        }
    }
}
