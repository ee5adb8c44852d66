using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Sluice.Commands;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Commands;

public sealed class CommandLineTests
{
    public static TheoryData<string> CommandNames =>
        [.. SluiceCommand.Create(Terminal.OfProcess()).Subcommands.Select(c => c.Name)];

    [Theory]
    [InlineData("serve")]
    [InlineData("cache", "rm")]
    [InlineData]
    public async Task Help_AsACommand_IsThatOfTheCommandNamed(params string[] command)
    {
        var asked = await CommandLine.RunAsync(["help", .. command]);

        Assert.Equal(await CommandLine.RunAsync([.. command, "--help"]), asked);
        Assert.Equal((ExitCode.Ok, ""), (asked.Code, asked.Error));
    }

    [Theory]
    [InlineData("sluice: sluice serve has no option --memroy; did you mean --memory? Otherwise see sluice serve --help", "serve", "--memroy", "1GB")]
    [InlineData("sluice: sluice serve has no option --memroy; did you mean --memory? Otherwise see sluice serve --help", "serve", "--memroy=1GB")]
    [InlineData("sluice: sluice purge has no option --path; see sluice purge --help", "purge", "--path", "/a")]
    [InlineData("sluice: there is no command serv; did you mean serve? Otherwise see sluice --help", "serv", "./media")]
    [InlineData("sluice: there is no command stat; did you mean stats? Otherwise see sluice --help", "stat", "--api", "x")]
    [InlineData("sluice: there is no command shwo; did you mean show? Otherwise see sluice config --help", "config", "shwo")]
    [InlineData("sluice: there is no command elephant; see sluice --help", "help", "elephant")]
    [InlineData("sluice: there is no command shwo; did you mean show? Otherwise see sluice config --help", "config", "shwo", "--help")]
    [InlineData("sluice: sluice serve does not know what to do with \"b\"; see sluice serve --help", "serve", "a", "b")]
    [InlineData("sluice: Required argument missing for option: '--memory'; see sluice serve --help", "serve", "--memory")]
    [InlineData("sluice: sluice report needs PERIOD: day, week or month; see sluice report --help", "report")]
    [InlineData("sluice: sluice config needs one of show, schema, reference; see sluice config --help", "config")]
    [InlineData("sluice: sluice worker has no option --memory; see sluice worker --help", "worker", "--memory", "1GB")]
    [InlineData("sluice: --workers 0 leaves nothing to do for a worker; name 1 or more", "worker", "--workers", "0")]
    [InlineData("sluice: sluice cache rm needs s3://BUCKET/KEY: The addresses, as they were asked for; see sluice cache rm --help", "cache", "rm")]
    [InlineData("sluice: sluice cache rm has no option --frce; see sluice cache rm --help", "cache", "rm", "s3://media/a", "--frce")]
    [InlineData("sluice: Argument 'noon' not recognized. Must be one of: 'morning' 'now' 'evening'; see sluice check --help", "check", "noon")]
    [InlineData("sluice: there is nothing to serve; name an ORIGIN, such as: sluice serve ./media (or write routes into sluice.json)", "serve")]
    [InlineData("sluice: Give exactly one of url, prefix, tag and source (--url, --prefix, --tag, --source); such as sluice purge --url /clip.mp4", "purge", "--soft")]
    [InlineData("sluice: --api: \"ftp://x\" is not a URL; write one such as http://127.0.0.1:8080", "stats", "--api", "ftp://x")]
    [InlineData("sluice: --api: must not have user info, a query or a fragment; write one such as http://127.0.0.1:8080", "stats", "--api", "http://u:hunter2@x")]
    [InlineData("sluice: --endpoint: must not have user info, a query or a fragment; write http:// or https:// and a host, such as http://127.0.0.1:9000", "presign", "s3://media/a", "--endpoint", "http://x/?key=hunter2")]
    [InlineData("sluice: --limit: \"ten\" is not a whole number; see sluice videos ls --help", "videos", "ls", "--limit", "ten")]
    [InlineData("sluice: --list: there is no file /nope; name a file with an address on each line, or - for standard input", "warm", "--list", "/nope")]
    [InlineData("sluice: --budget: \"lots\" is not a size; write a number with a unit, such as 256MB or 1.5GiB", "warm", "/a", "--budget", "lots")]
    [InlineData("sluice: --size is for a log: a running server samples sizes of its own; leave it out", "simulate", "--live", "--size", "5GB")]
    [InlineData("sluice: --period is for --live: a log is read from its beginning to its end; leave it out", "simulate", "access.log", "--period", "week")]
    [InlineData("sluice: --html is empty; see sluice report --help", "report", "week", "--html", "")]
    [InlineData("sluice: --config is empty; see sluice config show --help", "config", "show", "--config", "")]
    [InlineData("sluice: --output is empty; see sluice get --help", "get", "s3://media/a", "-o", "")]
    [InlineData("sluice: FILE is empty; see sluice upload --help", "upload", "")]
    [InlineData("sluice: ID is empty; see sluice videos show --help", "videos", "show", "")]
    [InlineData("sluice: --token: has a space, a line break or a character beyond ASCII, as no token has; leave it out", "stats", "--token", "0123456789abcdef\r")]
    public async Task Run_WrongUsage_IsOneLineAndCode2(string line, params string[] args)
    {
        Assert.Equal((ExitCode.Usage, "", line + "\n"), await CommandLine.RunAsync(args));
    }

    [Fact]
    public async Task Run_TokenOfAFileWithCarriageReturns_NamesTheVariable()
    {
        var (code, output, error) = await CommandLine.RunAsync(["stats"], new() { ["SLUICE_API_TOKEN"] = "0123456789abcdef\r" });

        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.StartsWith("sluice: SLUICE_API_TOKEN: has a space, a line break", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EmptyVariableOfTheFile_IsToldAsAnError()
    {
        Assert.Equal((ExitCode.Usage, "", "sluice: SLUICE_CONFIG: is empty; name a file, or unset it to use ./sluice.json where there is one\n"),
            await CommandLine.RunAsync(["config", "show"], new() { ["SLUICE_CONFIG"] = "" }));
    }

    [Fact]
    public async Task Serve_SeveralWrongFlags_ListsAllAndCode2()
    {
        var (code, output, error) = await CommandLine.RunAsync(["serve", "/nope", "--memory", "lots", "--edge", "x"]);

        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.Equal(
        [
            "sluice: --edge: \"x\" is not an address; write ADDRESS:PORT, such as 127.0.0.1:8081, 0.0.0.0:8081 or [::1]:8081",
            "sluice: --memory: \"lots\" is not a size; write a number with a unit, such as 256MB or 1.5GiB",
            "sluice: ORIGIN: there is no folder /nope; check the path, or create the folder",
        ], error.TrimEnd().Split('\n'));
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public async Task Help_EachCommand_SaysWhatItDoesAndHowItEnds(string name)
    {
        var (code, output, error) = await CommandLine.RunAsync([name, "--help"]);

        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Contains($"Usage: sluice {name}", output, StringComparison.Ordinal);
        Assert.Contains("-h, -?, --help", output, StringComparison.Ordinal);
        var options = output.Split('\n').Where(l => l.StartsWith("  -", StringComparison.Ordinal)).ToList();
        Assert.All(options, l => Assert.InRange(l.Length, 0, 100));
        Assert.Distinct(options.Select(l => l.TrimStart().Split(' ')[0]));
    }

    [Fact]
    public async Task Help_OfAFlagWithALongName_BeginsOnTheNextLine()
    {
        var (_, output, _) = await CommandLine.RunAsync(["presign", "--help"]);
        Assert.Contains("  --response-content-disposition TEXT\n                                content-disposition of the answer, instead of the object's own.\n".ReplaceLineEndings(), output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfPurge_ReadsLikeThis()
    {
        Assert.Equal("""
            Take objects out of a running server's cache, and print the receipt. Give one of --url, --prefix,
            --tag and --source.

            Usage: sluice purge [OPTIONS]

            Options:
              --url PATH      One path with its query, or a whole URL of the edge.
              --prefix PATH   Every path that begins with this text.
              --tag TAG       Every object that carries this tag.
              --source PATH   Every object made from this path: itself and its variants.
              --soft          Make them stale instead: they are checked with the origin at their next use.
              --dry-run       Change nothing; say what would go.
              --json          Write the answer as JSON.
              --api URL       Address of the server's API. Default: http://127.0.0.1:8080.
              --token TOKEN   Its token, where it has one. Default: SLUICE_API_TOKEN, which does not show in the
                              list of processes.
              -h, -?, --help  Show this help.

            Examples:
              # One object
              sluice purge --url /clip.mp4
              # What would go?
              sluice purge --prefix /hls/ --dry-run
              # Check with the origin at the next use, and serve meanwhile what is there
              sluice purge --prefix /hls/ --soft

            Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 no server answers, 4 refused, 5 no
            such object, 130 interrupted.

            """, (await CommandLine.RunAsync(["purge", "--help"])).Out);
    }

    [Fact]
    public async Task Help_OnANarrowScreen_FitsIt()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(output, TextWriter.Null, new Dictionary<string, string>(), TimeProvider.System) { IsScreen = true, Width = () => 60 };

        await SluiceCommand.RunAsync(["purge", "--help"], terminal, TestContext.Current.CancellationToken);

        // What is to be copied stays in one line.
        Assert.All(output.ToString().Split('\n').Where(line => !line.StartsWith("  # ", StringComparison.Ordinal)), line => Assert.InRange(line.Length, 0, 60));
        Assert.Contains("Give one of --url", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_AnyExample_IsACommandLineThatParses()
    {
        var root = SluiceCommand.Create(Terminal.OfProcess());
        var examples = root.Subcommands.OfType<ProgramCommand>().SelectMany(c => c.Examples).SelectMany(e => e.Line.Split('\n')).Select(l => l.Trim().Split('|', '>')[0].Replace("'", "", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(examples);
        Assert.All(examples, line => Assert.Empty(root.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]).Errors));
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("version")]
    public async Task Version_Asked_IsPrinted(string arg)
    {
        var (code, output, _) = await CommandLine.RunAsync([arg]);

        Assert.Equal(ExitCode.Ok, code);
        Assert.StartsWith($"sluice {ProgramVersion.Text} (.NET ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stats")]
    [InlineData("purge", "--url", "/a")]
    [InlineData("explain", "/a")]
    [InlineData("warm", "/a", "/b")]
    public async Task Run_NoServerThere_SaysSoInOneLineAndCode3(params string[] args)
    {
        var port = FreePorts.Next();

        var (code, output, error) = await CommandLine.RunAsync([.. args, "--api", $"http://127.0.0.1:{port}"]);

        Assert.Equal((ExitCode.Unreachable, ""), (code, output));
        Assert.StartsWith($"sluice: no Sluice answers at http://127.0.0.1:{port}", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_AServerThatAcceptsNoConnection_IsUnreachable()
    {
        // A full backlog: the kernel answers no further connection, as behind a firewall.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var sockets = Enumerable.Range(0, 4).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false }).ToList();
        foreach (var socket in sockets)
            _ = socket.ConnectAsync(listener.LocalEndPoint!);
        using var client = new ApiClient(new Uri($"http://{listener.LocalEndPoint}"), null, TimeProvider.System, TimeSpan.FromMilliseconds(200));

        var failure = await Assert.ThrowsAsync<ApiException>(() => client.SendAsync(HttpMethod.Get, "/", TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.Unreachable, failure.ExitCode);
        Assert.StartsWith("no Sluice answers at", failure.Message, StringComparison.Ordinal);
        sockets.ForEach(one => one.Dispose());
    }

    [Fact]
    public async Task Top_InterruptedBeforeItHasShownAnything_SaysSoByItsExitCode()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var interrupt = new CancellationTokenSource();
        using var output = new StringWriter();
        var running = SluiceCommand.RunAsync(["top", "--api", $"http://{listener.LocalEndpoint}"], new Terminal(output, output, new Dictionary<string, string>(), TimeProvider.System), interrupt.Token);
        using var asked = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();

        Assert.Equal((ExitCode.Interrupted, ""), (await running, output.ToString()));
    }

    [Fact]
    public async Task ConfigShow_Flags_AreInTheResult()
    {
        using var folder = new TemporaryFolder();

        var (code, output, _) = await CommandLine.RunAsync(["config", "show", folder.Path, "--memory", "1GB"], new() { ["SLUICE_API_TOKEN"] = "0123456789abcdef" });

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("\"memory\": \"1GB\"", output, StringComparison.Ordinal);
        Assert.Contains("\"token\": \"***\"", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://chat.googleapis.com/v1/spaces/A/messages?key=hunter2&token=hunter2")]
    [InlineData("https://x.webhook.office.com/webhookb2/a@hunter2/IncomingWebhook/b")]
    public async Task ConfigShow_WebhookWithSecretsInItsUrl_IsTakenAndMasked(string url)
    {
        using var folder = new TemporaryFolder();

        var (code, output, error) = await CommandLine.RunAsync(["config", "show", folder.Path], new() { ["SLUICE__Monitoring__Alerts__Webhook"] = url });

        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Contains("\"webhook\": \"***\"", output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", output, StringComparison.Ordinal);
    }
}
