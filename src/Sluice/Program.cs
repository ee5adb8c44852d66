using Sluice.Commands;

// Read once, when the first socket is made: socket completions run on the thread that saw them, which is worth a third of the speed of a hit.
// Not for commands: a download writes what it read, and those threads may not wait for a disk.
if (args is ["serve", ..]) Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
return await SluiceCommand.RunAsync(args, Terminal.OfProcess());
