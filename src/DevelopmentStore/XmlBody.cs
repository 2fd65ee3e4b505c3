using System.Xml;

namespace S3Auth.DevelopmentStore;

/// <summary>Reads the XML of a request element by element, without a tree in memory. Document types and entities are refused.</summary>
internal static class XmlBody
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>Calls an action for each child of the root. The action gets the name and must read the whole element.</summary>
    /// <exception cref="S3Exception">MalformedXML, also if the root has another name.</exception>
    public static void Read(byte[] body, string root, Action<XmlReader, string> readChild)
    {
        try
        {
            using var xml = XmlReader.Create(new MemoryStream(body), Settings);
            if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != root)
            {
                throw S3Error.MalformedXml.With();
            }

            ReadChildren(xml, name => readChild(xml, name));
            while (xml.Read())
            {
                // The rest must be well-formed too.
            }
        }
        catch (XmlException)
        {
            throw S3Error.MalformedXml.With();
        }
    }

    /// <summary>Calls an action for each child of the current element. The action must read the whole child.</summary>
    /// <exception cref="XmlException">The element contains text, or is not well-formed.</exception>
    public static void ReadChildren(XmlReader xml, Action<string> readChild)
    {
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return;
        }

        xml.ReadStartElement();
        while (xml.MoveToContent() == XmlNodeType.Element)
        {
            readChild(xml.LocalName);
        }

        xml.ReadEndElement();
    }
}
