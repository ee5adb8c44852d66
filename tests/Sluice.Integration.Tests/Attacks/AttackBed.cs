using System.Text;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Attacks;

/// <summary>The program between two real nginx: one behind it as origin, one in front of it that shares its connections among clients.</summary>
public sealed class AttackBed : IAsyncLifetime
{
    /// <summary>A target that the origin may see only if the nginx in front took it for a request of its own, as it does where it ignores a malformed length.</summary>
    public const string Smuggled = "/smuggled";

    public Nginx Origin { get; private set; } = null!;

    public Nginx Front { get; private set; } = null!;

    public SluiceProcess Sluice { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Origin = await Nginx.StartAsync(
            """
            location /smuggled { return 200 "smuggled\n"; }
            location / { add_header Cache-Control "max-age=60" always; return 200 "$request_method $request_uri\n"; }
            location /upload { return 200 "$request_method $content_length\n"; }
            location /reflect { add_header Cache-Control "max-age=60"; return 200 "$host|$http_x_forwarded_host|$http_x_forwarded_port|$http_x_forwarded_prefix|$http_x_host|$http_x_original_url|$http_x_forwarded_proto|$http_forwarded\n"; }
            location /vary { add_header Cache-Control "max-age=60"; add_header Vary "X-Variant"; return 200 "$http_x_variant\n"; }
            """);
        // One connection to the program at most: what one client leaves on it the next one gets.
        Sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = Origin.Address.ToString().TrimEnd('/') });
        Front = await Nginx.StartAsync(
            "location / { proxy_pass http://edge; proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_set_header Host $http_host; proxy_request_buffering off; }",
            $"upstream edge {{ server {Sluice.EdgeAddress.Authority}; keepalive 1; }} ");
    }

    public async ValueTask DisposeAsync()
    {
        if (Front is not null) await Front.DisposeAsync();
        if (Sluice is not null) await Sluice.DisposeAsync();
        if (Origin is not null) await Origin.DisposeAsync();
    }

    /// <summary>Sends bytes to the program itself and through the nginx in front, and answers the statuses that came back on each connection until it ended or fell silent.</summary>
    public async Task<(int[] Direct, int[] ThroughFront)> AttackAsync(string bytes)
    {
        var direct = await SendAsync(Sluice.EdgeAddress, bytes);
        var front = await SendAsync(Front.Address, bytes);
        await AssertUnharmedAsync();
        return (direct, front);
    }

    /// <summary>What an attack must have left: no smuggled request at the origin, and right answers for everybody else.</summary>
    public async Task AssertUnharmedAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            var path = $"/innocent/{Guid.NewGuid():N}";
            foreach (var server in (Uri[])[Front.Address, Sluice.EdgeAddress])
            {
                var answer = await RawHttp.GetAsync(server, path);
                Assert.Equal((200, $"GET {path}\n"), (answer.Status, answer.Text));
            }
        }

        Assert.Equal(Front.Requests.Count(IsSmuggled), Origin.Requests.Count(IsSmuggled));

        static bool IsSmuggled(string line) => line.Contains(Smuggled, StringComparison.Ordinal);
    }

    private static async Task<int[]> SendAsync(Uri server, string bytes)
    {
        using var client = await RawHttp.ConnectAsync(server);
        await client.SendAsync(Encoding.Latin1.GetBytes(bytes.Replace("{port}", $"{server.Port}", StringComparison.Ordinal)));
        List<int> statuses = [];
        try
        {
            while (true)
            {
                using var silence = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
                var answer = await client.ReadResponseAsync(cancellation: silence.Token);
                if (answer.Status == 0) break;
                statuses.Add(answer.Status);
            }
        }
        catch (Exception silent) when (silent is OperationCanceledException or TimeoutException or FormatException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            // Silence, or the plain text in which nginx answers HTTP/0.9.
        }

        return [.. statuses];
    }
}
