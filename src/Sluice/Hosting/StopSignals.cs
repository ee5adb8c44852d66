using System.Runtime.InteropServices;
using Sluice.Commands;

namespace Sluice.Hosting;

/// <summary>Ctrl-C, SIGTERM and the end of the terminal: the first asks the server to stop, a second Ctrl-C leaves at once. The end of the terminal, SIGHUP, may be given another meaning.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stopping;
    private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Begins to listen for signals. <paramref name="cancellation"/> has the effect of a first one.</summary>
    public StopSignals(CancellationToken cancellation)
    {
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _stopping.Token.Register(_requested.SetResult);
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
    }

    /// <summary>What SIGHUP does instead of stopping; null where it stops.</summary>
    public Action? HangUp { get; set; }

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Completes at the first signal.</summary>
    public Task Requested => _requested.Task;

    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _stopping.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGHUP && HangUp is { } hangUp)
        {
            // Service managers may send it along with the signal to stop.
            if (!_requested.Task.IsCompleted)
                hangUp();
            return;
        }

        if (_requested.Task.IsCompleted && context.Signal is PosixSignal.SIGINT or PosixSignal.SIGQUIT)
            Environment.Exit(ExitCode.Interrupted);
        _stopping.Cancel();
    }
}
