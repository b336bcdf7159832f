import { Button, FileInput, Group, Modal, Progress, Stack, Tabs, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, unwrap } from "@/shared/api/client";
import { upload } from "@/shared/api/upload";
import { Failure } from "@/shared/format/failure";

const nameOf = (path: string) =>
  (path.split(/[\\/]/).pop() ?? "").replace(/\.(csv|tsv|txt|jsonl?|parquet|arrow|feather|gz|zst)$/gi, "");

export function AddDataset({ project }: { project: string }) {
  const [opened, { open, close }] = useDisclosure();
  const [file, setFile] = useState<File | null>(null);
  const [path, setPath] = useState("");
  const [name, setName] = useState("");
  const [way, setWay] = useState<string | null>("upload");
  const [share, setShare] = useState<number | null>(null);
  const navigate = useNavigate();
  const client = useQueryClient();
  const add = useMutation({
    mutationFn: () => {
      const chosen = name.trim() || nameOf(way === "upload" ? (file?.name ?? "") : path);
      if (way === "upload") return upload(project, chosen, file!, setShare);
      return unwrap(
        api.POST("/api/v1/projects/{project}/datasets", {
          params: { path: { project } },
          body: { name: chosen, path },
        }),
      );
    },
    onSuccess: async (dataset) => {
      await client.invalidateQueries({ queryKey: ["datasets", project] });
      close();
      await navigate(`/projects/${project}/datasets/${encodeURIComponent(dataset.name)}`);
    },
    onError: () => {},
    onSettled: () => setShare(null),
  });
  return (
    <>
      <Button onClick={open}>Add dataset</Button>
      <Modal closeButtonProps={{ "aria-label": "Close" }} opened={opened} onClose={close} title="Add a dataset">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate();
          }}
        >
          <Stack>
            <Tabs value={way} onChange={setWay}>
              <Tabs.List>
                <Tabs.Tab value="upload">Upload a file</Tabs.Tab>
                <Tabs.Tab value="path">Path on the server</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="upload" pt="sm">
                <FileInput
                  label="File"
                  description="CSV, TSV, JSON lines, Parquet or Arrow"
                  placeholder="Choose a file"
                  value={file}
                  onChange={setFile}
                />
              </Tabs.Panel>
              <Tabs.Panel value="path" pt="sm">
                <TextInput
                  label="Path"
                  description="The file stays where it is"
                  placeholder="/data/wine.csv"
                  value={path}
                  onChange={(event) => setPath(event.currentTarget.value)}
                />
              </Tabs.Panel>
            </Tabs>
            <TextInput
              label="Name"
              description="The file's name when empty"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            {share !== null && (
              <div>
                <Text size="sm">Uploaded {Math.round(100 * share)} %</Text>
                <Progress value={100 * share} aria-label="Upload" />
              </div>
            )}
            {add.isError && <Failure error={add.error} />}
            <Group justify="flex-end">
              <Button
                type="submit"
                loading={add.isPending}
                disabled={way === "upload" ? file === null : path.trim() === ""}
              >
                Add
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
