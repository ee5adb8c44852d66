using Sluice.Core.Objects;
using Sluice.Redis.Connections;

namespace Sluice.Redis.Objects;

/// <content>What a turn does.</content>
internal sealed partial class RedisObjectTier
{
    /// <summary>Stores what a turn brought, in the background, and ends the turn.</summary>
    public void Upload(RedisTurn turn, CachedObject brought)
    {
        // Looked at once: the length of a body that arrives may become known meanwhile.
        var isTooLong = brought.Metadata.Length > Options.MaximumObjectBytes;
        if (isTooLong || Interlocked.Increment(ref uploads) > MostUploads)
        {
            if (!isTooLong) Interlocked.Decrement(ref uploads);
            Leave(turn, othersGoAhead: true);
            return;
        }

        _ = Task.Run(() => UploadAsync(turn, brought));
    }

    /// <summary>Ends a turn that brought nothing to share.</summary>
    public void Leave(RedisTurn turn, bool othersGoAhead)
    {
        turn.End();
        _ = LeaveAsync(turn, othersGoAhead);
    }

    /// <summary>Keeps a turn until it ends or is another's.</summary>
    public async Task RenewAsync(RedisTurn turn, CancellationToken ended)
    {
        using var beat = new PeriodicTimer(Options.Lease / 3, Client.Time);
        try
        {
            while (await beat.WaitForNextTickAsync(ended))
            {
                var held = await Client.RunAsync(ObjectScripts.Renew, [turn.Names.Lease], ended, turn.Token, (long)Options.Lease.TotalMilliseconds);
                if (held.AsInteger() == 0) return;
            }
        }
        catch (OperationCanceledException)
        {
            // It ended.
        }
        catch (IOException)
        {
            // It runs out; another node may begin, and what this one writes after that is refused.
        }
    }

    private async Task UploadAsync(RedisTurn turn, CachedObject brought)
    {
        var isStored = false;
        try
        {
            var upload = new SharedUpload(this, turn.Names, turn.Token, turn.Epoch);
            isStored = turn.Seen is { } seen && brought.Metadata.Version is { IsStrong: true, Length: not null } version && seen.Metadata.Version == version
                && await upload.RefreshAsync(brought, seen.Manifest, CancellationToken.None);
            if (!isStored) isStored = await upload.RunAsync(brought, CancellationToken.None);
            if (isStored) Counters.Stored(brought.Metadata.Length ?? 0);
        }
        catch (RedisErrorException refused)
        {
            Client.Refused(refused);
        }
        catch (IOException)
        {
            // Redis went away, or the body did, or there is another version now; each is told where it happened.
        }
        finally
        {
            Interlocked.Decrement(ref uploads);
            turn.End();
            if (!isStored) await LeaveAsync(turn, othersGoAhead: true);
        }
    }

    private async Task LeaveAsync(RedisTurn turn, bool othersGoAhead)
    {
        try
        {
            await Client.RunAsync(ObjectScripts.Leave, [turn.Names.Lease], CancellationToken.None, turn.Token, Landed, turn.Names.Base, othersGoAhead ? (long)AloneTime.TotalMilliseconds : 0);
        }
        catch (IOException)
        {
            // The turn runs out by itself.
        }
    }
}
