using RtcTests.Fuzz;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Routing.Forwarding;

public class HostileLayerTests
{
    public static TheoryData<int> Kinds => [0, 1, 2, 3];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_flipped_byte_of_headers_and_descriptors_is_survived(int kind)
    {
        byte[] session = Session(kind, pictures: 2);
        int forwarded = 0;
        for (int i = 1; i < session.Length; i += i % 90 < 30 ? 1 : 7)
        {
            session[i] ^= 0xFF;
            forwarded += ForwardingFuzz.Fuzz(session);
            session[i] ^= 0xFF;
        }

        Assert.True(forwarded > 0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Mutated_sessions_are_survived(int kind)
    {
        var random = new Random(kind);
        byte[] session = Session(kind, pictures: 12);
        int forwarded = 0;
        for (int round = 0; round < 100; round++)
        {
            byte[] mutated = [.. session];
            for (int i = random.Next(1, 30); i > 0; i--)
                mutated[random.Next(1, mutated.Length)] = (byte)random.Next(256);

            forwarded += ForwardingFuzz.Fuzz(mutated);
        }

        Assert.True(forwarded > 100);
    }

    private static byte[] Session(int kind, int pictures)
    {
        List<byte> session = [(byte)kind];
        VideoScene scene = ForwardingFuzz.CreateScene(kind);
        foreach (byte[] packet in scene.Prepare(pictures))
            session.AddRange([(byte)(packet.Length >> 8), (byte)packet.Length, .. packet]);

        return [.. session];
    }
}
