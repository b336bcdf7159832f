import { Button, Code, Drawer, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { queries } from "@/shared/api/queries";

/** Pieces of code to begin with. */
export function Samples({ part, onChoose }: {
  part: "architecture" | "training";
  onChoose: (code: string) => void;
}) {
  const [opened, { open, close }] = useDisclosure();
  const samples = useQuery(queries.samples());
  return (
    <>
      <Button variant="default" onClick={open}>
        Code samples
      </Button>
      <Drawer closeButtonProps={{ "aria-label": "Close" }} opened={opened} onClose={close} title="Code samples" position="right" size="lg">
        <Stack>
          {samples.data?.[part].map((sample) => (
            <div key={sample.name}>
              <Group justify="space-between">
                <Title order={3} size="h5">
                  {sample.name}
                </Title>
                <Button
                  size="xs"
                  variant="light"
                  aria-label={`Use ${sample.name}`}
                  onClick={() => {
                    onChoose(sample.code);
                    close();
                  }}
                >
                  {part === "training" ? "Use this" : "Insert"}
                </Button>
              </Group>
              <Text size="sm" my={4}>
                {sample.description}
              </Text>
              <Code block tabIndex={0}>
                {sample.code}
              </Code>
            </div>
          ))}
        </Stack>
      </Drawer>
    </>
  );
}
