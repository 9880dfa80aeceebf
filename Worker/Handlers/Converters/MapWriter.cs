using Channel.Wire;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes what dumps show as maps.</summary>
internal static class MapWriter
{
    /// <summary>Numbers to texts.</summary>
    public static VectorOffset<Wire.Common.Uint32String> Write(
        WireBuilder b, (uint Key, string Value)[] entries)
    {
        ListBuilder<Wire.Common.Uint32String> list = b.StartList<Wire.Common.Uint32String>();
        foreach ((uint key, string value) in entries)
            list.Add(Wire.Common.Uint32String.Create(b, key: key, value: b.String(value)));

        return list.End();
    }

    /// <summary>Small numbers to texts.</summary>
    public static VectorOffset<Wire.Common.Uint16String> Write(
        WireBuilder b, (ushort Key, string Value)[] entries)
    {
        ListBuilder<Wire.Common.Uint16String> list = b.StartList<Wire.Common.Uint16String>();
        foreach ((ushort key, string value) in entries)
            list.Add(Wire.Common.Uint16String.Create(b, key: key, value: b.String(value)));

        return list.End();
    }

    /// <summary>Texts to texts.</summary>
    public static VectorOffset<Wire.Common.StringString> Write(
        WireBuilder b, (string Key, string Value)[] entries)
    {
        ListBuilder<Wire.Common.StringString> list = b.StartList<Wire.Common.StringString>();
        foreach ((string key, string value) in entries)
            list.Add(Wire.Common.StringString.Create(b, key: b.String(key), value: b.String(value)));

        return list.End();
    }

    /// <summary>Texts to lists of texts.</summary>
    public static VectorOffset<Wire.Common.StringStringArray> Write(
        WireBuilder b, (string Key, IReadOnlyList<string> Values)[] entries)
    {
        ListBuilder<Wire.Common.StringStringArray> list = b.StartList<Wire.Common.StringStringArray>();
        foreach ((string key, IReadOnlyList<string> values) in entries)
            list.Add(Wire.Common.StringStringArray.Create(b, key: b.String(key), values: b.Vector(values)));

        return list.End();
    }
}
