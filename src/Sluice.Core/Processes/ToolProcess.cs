using System.ComponentModel;
using System.Diagnostics;

namespace Sluice.Core.Processes;

/// <summary>
/// A program running as a child process: its standard output as a stream, the end of its standard error kept, killed with everything it started
/// when its time is up or nobody wants it any more. Whoever starts it disposes it; that ends it.
/// </summary>
public sealed class ToolProcess : IAsyncDisposable
{
    /// <summary>How long the standard error of a process that has ended is listened to, where another that it started holds it open.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

    private readonly Process process;
    private readonly ToolErrors errors;
    private readonly TimeProvider time;
    private readonly ITimer? clock;
    private int cause = (int)ToolEnd.Exited;

    private ToolProcess(Process process, ToolCommand command, TimeProvider time)
    {
        (this.process, this.time, errors) = (process, time, new ToolErrors(command.Listen));
        clock = command.Limits.Time is { } most ? time.CreateTimer(static tool => ((ToolProcess)tool!).Kill(ToolEnd.TimedOut), this, most, Timeout.InfiniteTimeSpan) : null;
        Output = process.StandardOutput.BaseStream;
        Exited = WatchAsync();
    }

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>Its standard output. An end of it says nothing about success: see <see cref="Exited"/>. What nobody reads holds the process up.</summary>
    public Stream Output { get; }

    /// <summary>Completes when it has ended, however that came; never fails.</summary>
    public Task<ToolExit> Exited { get; }

    /// <summary>Starts a program.</summary>
    /// <exception cref="IOException">It is not there, is no program, or no process can be had; the message names the program.</exception>
    public static ToolProcess Start(ToolCommand command, TimeProvider time)
    {
        if (!Path.IsPathRooted(command.Program)) throw new ArgumentException($"\"{command.Program}\" is not a full path.", nameof(command));
        var info = new ProcessStartInfo(command.Program, command.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = command.Folder,
        };
        info.Environment.Clear();
        foreach (var (name, value) in command.Environment) info.Environment[name] = value;
        var process = new Process { StartInfo = info };
        try
        {
            process.Start();
        }
        catch (Win32Exception failure)
        {
            process.Dispose();
            throw new IOException($"{command.Program} cannot be started: {new Win32Exception(failure.NativeErrorCode).Message}.", failure);
        }

        var tool = new ToolProcess(process, command, time);
        try
        {
            ToolLimitCalls.Apply(process.Id, command.Limits);
            if (command.Input.IsEmpty) process.StandardInput.Close();
            else _ = FeedAsync(process.StandardInput, command.Input);
            if (command.GivesWay) GiveWay(process);
        }
        catch (IOException)
        {
            tool.Kill();
            throw;
        }

        return tool;
    }

    /// <summary>Ends it, and everything it started. Without effect when it has ended.</summary>
    public void Kill() => Kill(ToolEnd.Killed);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await Exited;
        await Output.DisposeAsync();
        process.Dispose();
    }

    private static void GiveWay(Process process)
    {
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended already.
        }
    }

    private static async Task FeedAsync(StreamWriter input, ReadOnlyMemory<byte> content)
    {
        try
        {
            await using (input) await input.BaseStream.WriteAsync(content);
        }
        catch (IOException)
        {
            // It ended without reading all of it; how it ended says whether that is a failure.
        }
    }

    private void Kill(ToolEnd why)
    {
        try
        {
            if (process.HasExited) return;
            Interlocked.CompareExchange(ref cause, (int)why, (int)ToolEnd.Exited);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended in this moment, or one of those it started did.
        }
    }

    private async Task<ToolExit> WatchAsync()
    {
        using var patience = new CancellationTokenSource();
        var reading = errors.ReadAsync(process.StandardError.BaseStream, patience.Token);
        await process.WaitForExitAsync(CancellationToken.None);
        if (clock is not null) await clock.DisposeAsync();
        await using (time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), patience, LastWords, Timeout.InfiniteTimeSpan))
            await reading;
        var end = (ToolEnd)Volatile.Read(ref cause);
        // .NET reports a signal as 128 and its number; programs that exit with such a code themselves mean the same. ffmpeg 6.1 and later ends with the last byte of its own numbers, 183 where it does not know what it reads.
        if (end == ToolEnd.Exited && process.ExitCode is > 128 and < 160) end = ToolEnd.Signalled;
        return new ToolExit(end, process.ExitCode, errors.ToString());
    }
}
