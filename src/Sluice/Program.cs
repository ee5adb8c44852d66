using Sluice.Commands;
using Sluice.Core.Origins;
using Sluice.Core.Processes;

// What the runtime and its libraries take, each of which is a file. Asked before they are loaded: where they get none, the runtime ends the process for want of memory, or misses a library that is there.
const int FewestFiles = 256;

// Read once, when the first socket is made: socket completions run on the thread that saw them, which is worth a third of the speed of a hit.
// Not for commands: a download writes what it read, and those threads may not wait for a disk.
if (args is ["serve", ..]) Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
// For what makes its connections by itself, as the AWS SDK and the exporter to a collector.
HttpClient.DefaultProxy = EnvironmentProxy.OfProcess;
var terminal = Terminal.OfProcess();
return args is ["serve" or "worker", ..] && FileLimit.Read() is < FewestFiles and var files
    ? terminal.Fail(ExitCode.Failure, $"this process may have {files} files open, and takes {FewestFiles} to start and one for each viewer: ulimit -n 65536, or LimitNOFILE=65536 in the systemd unit")
    : await SluiceCommand.RunAsync(args, terminal);
