import { useQuery } from "@tanstack/react-query";
import { Center, Loader } from "@mantine/core";
import { lazy, Suspense, useEffect } from "react";
import { Navigate, Route, Routes } from "react-router";
import { queries } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";
import { LoginPage } from "./LoginPage";
import { Shell } from "./Shell";

const ProjectPage = lazy(() => import("@/features/projects/ProjectPage"));
const DatasetPage = lazy(() => import("@/features/datasets/DatasetPage"));
const FoldersPage = lazy(() => import("@/features/datasets/FoldersPage"));
const NewTaskPage = lazy(() => import("@/features/projects/NewTaskPage"));
const DesignPage = lazy(() => import("@/features/design/DesignPage"));
const ResultPage = lazy(() => import("@/features/sessions/ResultPage"));
const ReportPage = lazy(() => import("@/features/report/ReportPage"));
const ComparePage = lazy(() => import("@/features/models/ComparePage"));
const SavedModelsPage = lazy(() => import("@/features/saved-models/SavedModelsPage"));
const SavedModelPage = lazy(() => import("@/features/saved-models/SavedModelPage"));
const EvaluationPage = lazy(() => import("@/features/saved-models/EvaluationPage"));
const EndpointsPage = lazy(() => import("@/features/endpoints/EndpointsPage"));
const EndpointPage = lazy(() => import("@/features/endpoints/EndpointPage"));

const waiting = (
  <Center h="50vh">
    <Loader aria-label="Loading" />
  </Center>
);

export function App() {
  const access = useQuery(queries.access());
  const { refetch } = access;
  useEffect(() => {
    const again = () => void refetch();
    window.addEventListener("hornbook:logged-out", again);
    return () => window.removeEventListener("hornbook:logged-out", again);
  }, [refetch]);

  if (access.isPending) return waiting;
  if (access.isError) return <Failure error={access.error} />;
  if (access.data.user === null) return <LoginPage way={access.data.way} />;
  return (
    <Shell version={access.data.version}>
      <Suspense fallback={waiting}>
        <Routes>
          <Route path="/" element={<FirstProject />} />
          <Route path="/projects/:project" element={<ProjectPage />} />
          <Route path="/projects/:project/datasets/:dataset" element={<DatasetPage />} />
          <Route path="/projects/:project/datasets/:dataset/new" element={<NewTaskPage />} />
          <Route path="/endpoints" element={<EndpointsPage />} />
          <Route path="/endpoints/:name" element={<EndpointPage />} />
          <Route path="/folders" element={<FoldersPage />} />
          <Route path="/saved-models" element={<SavedModelsPage />} />
          <Route path="/saved-models/:model/:part?" element={<SavedModelPage />} />
          <Route path="/saved-models/:model/evaluations/:evaluation" element={<EvaluationPage />} />
          <Route
            path="/tasks/:analysis_id/:mltask_id"
            element={<Navigate to="design" replace relative="path" />}
          />
          <Route path="/tasks/:analysis_id/:mltask_id/design/:section?" element={<DesignPage />} />
          <Route path="/tasks/:analysis_id/:mltask_id/result" element={<ResultPage />} />
          <Route path="/tasks/:analysis_id/:mltask_id/compare" element={<ComparePage />} />
          <Route
            path="/tasks/:analysis_id/:mltask_id/models/:session_id/:part?"
            element={<ReportPage />}
          />
          <Route path="*" element={<Navigate to="/" replace />} />
        </Routes>
      </Suspense>
    </Shell>
  );
}

function FirstProject() {
  const projects = useQuery(queries.projects());
  if (projects.isPending) return waiting;
  if (projects.isError) return <Failure error={projects.error} />;
  const last = localStorage.getItem("hornbook:project");
  const found = projects.data.find((one) => one.key === last) ?? projects.data[0];
  return <Navigate to={`/projects/${found?.key ?? ""}`} replace />;
}
