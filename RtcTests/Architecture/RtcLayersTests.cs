using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace RtcTests.Architecture;

/// <summary>
/// Holds the edges of docs/decisions/0001: which project may reference which, and which room of Rtc may use which.
/// Read from the sources, so that a test names the file and line that broke the rule.
/// </summary>
public partial class RtcLayersTests
{
    private static readonly Dictionary<string, string[]> AllowedProjects = new()
    {
        ["Channel"] = [],
        ["Rtc"] = [],
        ["Worker"] = ["Channel", "Rtc"],
    };

    private static readonly string[] Foundation = ["Seams", "Buffers", "Crypto"];
    private static readonly string[] Formats = ["Rtp", "Rtcp"];
    private static readonly string[] Protocols = ["Streams", "Congestion", "Sctp", "Srtp", "Dtls", "Ice"];

    public static TheoryData<string> Rooms()
    {
        var rooms = new TheoryData<string>();
        foreach (string folder in Directory.GetDirectories(Path.Combine(Repository.Root, "Rtc")))
        {
            string room = Path.GetFileName(folder);
            if (room is not ("bin" or "obj"))
                rooms.Add(room);
        }

        return rooms;
    }

    [Theory]
    [InlineData("Channel")]
    [InlineData("Rtc")]
    [InlineData("Worker")]
    public void A_project_references_only_what_it_may(string project)
    {
        XDocument file = XDocument.Load(Path.Combine(Repository.Root, project, project + ".csproj"));
        IEnumerable<string> references = file.Descendants("ProjectReference")
            .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
        Assert.Empty(references.Except(AllowedProjects[project]));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_of_the_core_uses_only_rooms_below_it(string room)
    {
        string[] allowed = [room, .. Below(room)];
        List<string> broken = [];
        foreach (SourceLine line in Repository.SourceLines(Path.Combine("Rtc", room)))
        {
            foreach (Match match in RtcNamespace().Matches(line.Text))
            {
                if (!allowed.Contains(match.Groups["room"].Value))
                    broken.Add($"{line.Place}: {line.Text.Trim()}");
            }
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Theory]
    [InlineData(@"\bDateTime(Offset)?\.(Utc)?Now\b|\bStopwatch\b|\bEnvironment\.TickCount", "a clock")]
    [InlineData(@"\bRandom\.Shared\b|\bnew Random\(|\bRandomNumberGenerator\b|\bGuid\.NewGuid\b", "randomness")]
    [InlineData(@"\bSystem\.Net\.Sockets\b|\bnew (Udp|Tcp)Client\b", "a socket")]
    [InlineData(@"\bThread\b|\bTask\.(Run|Delay)\b|\basync\b|\bInterlocked\b|\block \(", "a thread")]
    [InlineData(@"\bILogger\b|\bConsole\b", "a log or console")]
    [InlineData(@"\bFlatBuffer|using Channel", "the wire contract")]
    public void The_core_asks_its_surroundings_for_nothing(string pattern, string what)
    {
        IEnumerable<string> found = Repository.SourceLines("Rtc")
            .Where(line => Regex.IsMatch(line.Text, pattern) && !line.Text.TrimStart().StartsWith("//"))
            .Select(line => $"{line.Place}: {line.Text.Trim()}");
        Assert.True(!found.Any(), $"the core reaches for {what}:\n{string.Join('\n', found)}");
    }

    [Fact]
    public void Native_calls_of_the_core_stand_in_Crypto_only()
    {
        IEnumerable<string> found = Repository.SourceLines("Rtc")
            .Where(line => Regex.IsMatch(line.Text, @"\[(DllImport|LibraryImport)\("))
            .Where(line => !line.Place.StartsWith(Path.Combine("Rtc", "Crypto")))
            .Select(line => line.Place);
        Assert.Empty(found);
    }

    private static string[] Below(string room) => room switch
    {
        "Seams" => [],
        "Buffers" or "Crypto" => ["Seams"],
        "Rtp" or "Rtcp" => [.. Foundation, .. Formats],
        "Streams" or "Congestion" or "Sctp" or "Srtp" or "Dtls" or "Ice" => [.. Foundation, .. Formats],
        "Routing" => [.. Foundation, .. Formats, "Streams", "Congestion"],
        "Transports" => [.. Foundation, .. Formats, .. Protocols, "Routing"],
        _ => throw new InvalidOperationException($"Rtc/{room} has no place in the layers: say where it belongs"),
    };

    [GeneratedRegex(@"\bRtc\.(?<room>[A-Z][A-Za-z]+)\b")]
    private static partial Regex RtcNamespace();
}
