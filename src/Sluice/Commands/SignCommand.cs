using System.CommandLine;
using Sluice.Configuration;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Hosting;
using Sluice.Video.Access;
using Sluice.Video.Planning;

namespace Sluice.Commands;

/// <summary><c>sluice variants sign</c>.</summary>
internal static class SignCommand
{
    public static ProgramCommand Create(Terminal terminal)
    {
        var command = new ProgramCommand("sign", "Print the signed URL of a variant, for routes with video.signingKeys. The key is the first of the route that takes the path, from the configuration; nothing is asked of a server.")
        {
            Examples = [("Good for an hour", "sluice variants sign '/clip.mp4?width=640' --expires 1h"), ("For ever", "sluice variants sign 'https://media.example/clip.mp4?derivative=mobile'")],
        };
        var url = new Argument<string>("URL") { Description = "Path and query, or the whole URL, as a viewer would ask for it without a signature." };
        var expires = new Option<string?>("--expires") { HelpName = "TIME", Description = "How long it is good from now on. Default: for ever." };
        var file = new Option<string?>("--config") { HelpName = "FILE", Description = $"Configuration file. Default: ./{ConfigurationLoader.DefaultFile} where there is one." };
        command.Arguments.Add(url);
        command.Options.Add(expires);
        command.Options.Add(file);
        command.SetAction(parsed =>
        {
            var (options, errors) = ConfigurationLoader.Load(new ConfigurationSources { File = parsed.GetValue(file), Environment = terminal.Environment });
            if (errors.Count > 0) return ConfigurationFlags.Complain(errors, terminal);
            var life = TimeSpan.Zero;
            if (parsed.GetValue(expires) is { } text && !Duration.TryParse(text, out life)) return terminal.Fail(ExitCode.Usage, $"--expires: \"{text}\" is not a duration; {ValueKinds.Time.Advice}");
            return Sign(parsed.GetValue(url)!, options, parsed.GetValue(expires) is null ? null : life, terminal);
        });
        return command;
    }

    private static int Sign(string url, SluiceOptions options, TimeSpan? life, Terminal terminal)
    {
        if (!EdgeTarget.TryNormalise(url, out var target, out var reason)) return terminal.Fail(ExitCode.Usage, $"\"{url}\" is not a path or URL: {reason}");
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = mark < 0 ? (target, "") : (target[..mark], target[mark..]);
        if (options.Routes.Find(r => new PathPattern(r.Pattern).Matches(path)) is not { } route) return terminal.Fail(ExitCode.Usage, $"no route takes {path}; check routes in the configuration");
        var policy = VideoSetup.Policy(options.Video, route.Video);
        if (policy.SigningKeys is not [var key, ..]) return terminal.Fail(ExitCode.Usage, $"the route {route.Name} has no signing keys; set routes[].video.signingKeys");
        // A server leaves these out before it looks at the signature.
        var rule = EdgeRoutes.QueryOf(route);
        query = string.Join('&', query.TrimStart('?').Split('&').Where(pair => VideoPlanner.Reads(pair.Split('=')[0]) || rule.Apply("?" + pair).Length > 0));
        var signed = UrlSignature.Sign(path, query, key, life is { } time ? terminal.Time.GetUtcNow() + time : null);
        // What the server would refuse is better refused here.
        var plan = new VideoPlanner(policy, terminal.Time).Plan(new VideoRequest(path, signed, static _ => null));
        if (plan.Error is { } error) return terminal.Fail(ExitCode.Usage, error.Message.TrimEnd('.'));
        if (plan.Kind == VideoPlanKind.PassThrough) return terminal.Fail(ExitCode.Usage, $"{target} asks for no variant, and needs no signature");
        foreach (var warning in plan.Warnings) terminal.Complain(warning.TrimEnd('.'));
        terminal.Out.WriteLine(Server(url, options) + path + signed);
        return ExitCode.Ok;
    }

    /// <summary>The beginning of a whole URL, or of every URL of the edge where that is configured.</summary>
    private static string Server(string url, SluiceOptions options) =>
        Uri.TryCreate(url, UriKind.Absolute, out var whole) && whole.Scheme is "http" or "https" ? whole.GetLeftPart(UriPartial.Authority) : options.Edge.BaseUrl?.ToString().TrimEnd('/') ?? "";
}
